# Applies to a provider that makes everything up, to see what is only known afterwards: addresses and task definitions.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/landfall/1" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/landfall/1" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/landfall" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:landfall-alarms" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall-AbCdEf" }
  }

  mock_resource "aws_db_instance" {
    defaults = { endpoint = "db.example.com:5432" }
  }

  mock_resource "aws_elasticache_replication_group" {
    defaults = { primary_endpoint_address = "queue.example.com" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { id = "a-bucket", arn = "arn:aws:s3:::a-bucket" }
  }

  mock_resource "aws_ecr_repository" {
    defaults = { repository_url = "123456789012.dkr.ecr.us-east-1.amazonaws.com/landfall" }
  }
}

override_data {
  target = data.aws_availability_zones.available
  values = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
}

override_data {
  target = data.aws_secretsmanager_random_password.drawn
  values = { random_password = "drawnforatestdrawnforatest" }
}

variables {
  image_tag       = "4f2c1aa"
  datasets        = ["datasets", "example:trips"]
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  alarm_emails    = ["ops@example.com"]
  budget_usd      = 400
  worker_cpu      = 4096
  worker_memory   = 8192
}

run "tasks" {
  command = apply

  assert {
    condition     = nonsensitive(aws_secretsmanager_secret_version.this["DATABASE_URL"].secret_string) == "postgres://landfall:drawnforatestdrawnforatest@db.example.com:5432/landfall?sslmode=no-verify"
    error_message = "DATABASE_URL is not an address."
  }

  assert {
    condition     = nonsensitive(aws_secretsmanager_secret_version.this["REDIS_URL"].secret_string) == "rediss://:drawnforatestdrawnforatest@queue.example.com:6379"
    error_message = "REDIS_URL is not an address with TLS."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].image == "123456789012.dkr.ecr.us-east-1.amazonaws.com/landfall:4f2c1aa"
    error_message = "Workers must run the module's image."
  }

  assert {
    condition     = { for setting in jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].environment : setting.name => setting.value }["LANDFALL_WORKERS"] == "4"
    error_message = "A task must have a worker process for each core."
  }

  assert {
    condition     = sort([for secret in jsondecode(aws_ecs_task_definition.this["worker"].container_definitions)[0].secrets : secret.name]) == tolist(["DATABASE_URL", "REDIS_URL"])
    error_message = "Workers need no token."
  }
}

run "passwords_stay" {
  command = apply

  override_data {
    target = data.aws_secretsmanager_random_password.drawn
    values = { random_password = "drawnagaindrawnagain" }
  }

  assert {
    condition     = nonsensitive(terraform_data.password["database"].output) == "drawnforatestdrawnforatest"
    error_message = "A later run must not change a password."
  }
}
