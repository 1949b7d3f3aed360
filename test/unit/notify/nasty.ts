/** What strangers write when they mean harm, or know no better. */
export const NASTY = [
  '<!channel> <!here|x> <@U0ADMIN> <#C0SECRET> <!subteam^S1> @here @channel',
  '<https://evil.example.com|Runbook>',
  '&lt;!channel&gt; &amp;amp;',
  '*bold* _italic_ ~gone~ `code` ```block```',
  '```\n<!channel>',
  'a\u0000b\u001b[31mred\u0007\r\nc\u2028d',
  '\u202egpj.exe\u202c \u2066x\u2069 \u200f',
  'שלום עולם مرحبا بالعالم',
  '😀'.repeat(3_000),
  '\ud83d lone \ude00',
  '&<>"\\'.repeat(5_000),
  '',
  ' \n\t ',
];
