-- Cerniq's tables, as far as its runbooks name them. Columns beyond the runbooks' are those without which a row makes no sense.

CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE
);

CREATE TABLE wa_phone_numbers (
  id text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  phone_number text NOT NULL UNIQUE,
  phone_label text NOT NULL,
  timelinesai_account_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTIVE', 'OFFLINE', 'PAUSED', 'BANNED', 'RECONNECTING')),
  status_changed_at timestamptz NOT NULL DEFAULT now(),
  daily_quota_limit integer NOT NULL DEFAULT 200,
  is_enabled boolean NOT NULL DEFAULT true
);

CREATE TABLE gold_lead_journey (
  lead_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  assigned_phone_id text REFERENCES wa_phone_numbers (id),
  assigned_at timestamptz,
  engagement_stage text NOT NULL,
  next_action_at timestamptz,
  sequence_paused boolean NOT NULL DEFAULT false,
  is_human_controlled boolean NOT NULL DEFAULT false
);

CREATE TABLE gold_communication_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  phone_id text REFERENCES wa_phone_numbers (id),
  channel text NOT NULL,
  quota_cost integer NOT NULL DEFAULT 0,
  status text NOT NULL,
  email text,
  bounce_reason text,
  sent_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE gold_communication_log_archive (LIKE gold_communication_log);

CREATE TABLE wa_quota_usage (
  phone_id text NOT NULL REFERENCES wa_phone_numbers (id),
  usage_date date NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (phone_id, usage_date)
);

CREATE TABLE human_review_queue (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_id uuid,
  priority text NOT NULL CHECK (priority IN ('URGENT', 'HIGH', 'MEDIUM', 'LOW')),
  status text NOT NULL CHECK (status IN ('PENDING', 'ASSIGNED', 'RESOLVED')),
  assigned_to uuid REFERENCES users (id),
  assigned_at timestamptz,
  sla_due_at timestamptz,
  escalation_level integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE approval_tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  approval_type text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('urgent', 'high', 'medium', 'low')),
  status text NOT NULL CHECK (status IN ('pending', 'assigned', 'approved', 'rejected', 'expired')),
  due_at timestamptz NOT NULL,
  assigned_to uuid REFERENCES users (id),
  escalation_level integer NOT NULL DEFAULT 0,
  metadata jsonb NOT NULL DEFAULT '{}',
  pipeline_stage text NOT NULL DEFAULT 'E1',
  decision text,
  decision_reason text,
  decided_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE approval_tasks_archive (LIKE approval_tasks);

CREATE TABLE hitl_approvals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  entity_type text NOT NULL,
  entity_id text NOT NULL,
  approval_type text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('critical', 'high', 'medium', 'low')),
  context jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
  assigned_to uuid REFERENCES users (id),
  escalation_level integer NOT NULL DEFAULT 0,
  escalated_at timestamptz,
  escalation_reason text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bronze_import_batches (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  status text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  progress_percent integer NOT NULL DEFAULT 0,
  total_rows integer NOT NULL,
  processed_rows integer NOT NULL DEFAULT 0,
  error_message text,
  started_at timestamptz
);

CREATE TABLE bronze_contacts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  batch_id uuid REFERENCES bronze_import_batches (id),
  processing_status text NOT NULL DEFAULT 'pending',
  created_at timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz
);

CREATE TABLE silver_companies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  cui text NOT NULL,
  source_bronze_id uuid,
  total_quality_score numeric,
  completeness_score numeric,
  accuracy_score numeric,
  freshness_score numeric,
  enrichment_status text NOT NULL DEFAULT 'pending',
  promotion_status text NOT NULL DEFAULT 'pending',
  is_master_record boolean NOT NULL DEFAULT true
);
CREATE INDEX silver_companies_cui ON silver_companies (cui);

CREATE TABLE silver_enrichment_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  duration_ms integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE silver_enrichment_log_archive (LIKE silver_enrichment_log);

CREATE TABLE gold_companies (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  current_state text NOT NULL,
  churn_score integer NOT NULL DEFAULT 0
);

CREATE TABLE negotiations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  contact_id uuid NOT NULL,
  current_state text NOT NULL DEFAULT 'initial',
  cancellation_reason text,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE negotiation_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  negotiation_id uuid NOT NULL REFERENCES negotiations (id),
  from_state text NOT NULL,
  to_state text NOT NULL,
  trigger text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE efactura_submissions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  invoice_number text NOT NULL UNIQUE,
  status text NOT NULL,
  error_code text,
  error_message text,
  attempts integer NOT NULL DEFAULT 0,
  next_retry_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE outreach_sequences (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  is_active boolean NOT NULL DEFAULT true
);

CREATE TABLE cron_job_status (
  job_name text PRIMARY KEY,
  last_run_at timestamptz,
  next_run_at timestamptz,
  status text NOT NULL
);

CREATE TABLE worker_errors (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  message text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE gold_nurturing_actions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE gold_referrals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  status text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE TABLE conversations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE conversations_archive (LIKE conversations INCLUDING INDEXES);
CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit_logs_archive (LIKE audit_logs INCLUDING INDEXES);
