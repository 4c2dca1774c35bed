# Plans without an account: the provider checks every argument, and nothing is asked of AWS. Run: terraform init && terraform test

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_availability_zones.available
  values = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
}

override_data {
  target = data.aws_secretsmanager_random_password.drawn
  values = { random_password = "drawnforatestdrawnforatestdrawnforatest" }
}

variables {
  image_tag       = "4f2c1aa"
  datasets        = ["datasets"]
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  alarm_emails    = ["ops@example.com"]
  budget_usd      = 400
}

run "defaults" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_subnet.public) == 0
    error_message = "Nothing may have a way to the internet that nobody asked for."
  }

  assert {
    condition     = aws_lb.this.internal
    error_message = "The dashboard must be inside the VPC."
  }

  assert {
    condition     = length(aws_sqs_queue.landed) == 0
    error_message = "Nothing reads the queue of landed objects."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.evaluation_periods * alarm.period <= 86400])
    error_message = "CloudWatch evaluates a day at most."
  }
}

run "everything" {
  command = plan

  # The longest name, too.
  variables {
    name              = "landfall-of-trials"
    zones             = 3
    internet_access   = true
    public            = true
    allowed_cidrs     = ["203.0.113.0/24", "198.51.100.0/24"]
    kms_key_arn       = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
    landing_events    = true
    queue_replicas    = 2
    database_multi_az = true
    database_ca_file  = "/etc/ssl/rds.pem"
    environment       = { CHECKINS_ADDRESS = "https://example.com" }
    source_secrets    = { CHECKINS_TOKEN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:checkins-AbCdEf" }
    workers_on_demand = 1
  }

  assert {
    condition     = length(aws_subnet.public) == 3 && length(aws_subnet.private) == 3
    error_message = "Each zone must have its subnets."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.public[*].cidr_block, aws_subnet.private[*].cidr_block))) == 6
    error_message = "Subnets must not overlap."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.dashboard) == 4
    error_message = "Each range must reach both ports."
  }
}

run "refuses_a_tag_that_moves" {
  command         = plan
  expect_failures = [var.image_tag]

  variables {
    image_tag = "latest"
  }
}

run "refuses_settings_in_environment" {
  command         = plan
  expect_failures = [var.environment]

  variables {
    environment = { LANDFALL_STOP_MS = "1" }
  }
}

run "refuses_secrets_as_text" {
  command         = plan
  expect_failures = [var.source_secrets]

  variables {
    source_secrets = { CHECKINS_TOKEN = "hunter2" }
  }
}

run "refuses_a_public_dashboard_for_nobody_in_particular" {
  command         = plan
  expect_failures = [var.allowed_cidrs]

  variables {
    public = true
  }
}

run "refuses_to_scale_from_nothing" {
  command         = plan
  expect_failures = [var.workers_min]

  variables {
    workers_min = 0
  }
}

run "refuses_workers_without_memory" {
  command         = plan
  expect_failures = [var.worker_memory]

  variables {
    worker_cpu    = 4096
    worker_memory = 4096
  }
}

run "refuses_a_vpc_that_is_too_small" {
  command         = plan
  expect_failures = [var.vpc_cidr]

  variables {
    vpc_cidr = "10.0.0.0/24"
  }
}
