# Passwords are drawn once, and stay until one is replaced: `terraform apply -replace` of terraform_data.password["queue"].
# They are in the state, so the state must be as secret as they are.

locals {
  secrets = {
    DATABASE_URL   = "postgres://${aws_db_instance.this.username}:${terraform_data.password["database"].output}@${aws_db_instance.this.endpoint}/${aws_db_instance.this.db_name}?${local.database_tls}"
    REDIS_URL      = "rediss://:${terraform_data.password["queue"].output}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
    LANDFALL_TOKEN = terraform_data.password["dashboard"].output
  }

  database_tls = var.database_ca_file == null ? "sslmode=no-verify" : "sslmode=verify-full&sslrootcert=${var.database_ca_file}"
}

# Without punctuation they need no encoding in a URL.
data "aws_secretsmanager_random_password" "drawn" {
  for_each = toset(["database", "queue", "dashboard"])

  password_length     = 48
  exclude_punctuation = true
}

resource "terraform_data" "password" {
  for_each = toset(["database", "queue", "dashboard"])

  input = data.aws_secretsmanager_random_password.drawn[each.key].random_password

  lifecycle {
    # The next plan draws another.
    ignore_changes = [input]
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["DATABASE_URL", "REDIS_URL", "LANDFALL_TOKEN"])

  name_prefix             = "${var.name}/${each.key}-"
  description             = "Setting ${each.key} of Landfall"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.deletion_protection ? 30 : 7
  tags                    = local.tags
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_id     = each.value.id
  secret_string = local.secrets[each.key]
}
