# PostgreSQL, for the star and the ledger.

locals {
  # A worker process holds four connections, and one more while it creates members with hashed keys. The coordinator,
  # commands and people share the rest.
  connections = var.workers_max * local.worker_processes * 5 + 60
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = aws_subnet.private[*].id
  tags       = local.tags
}

# A bulk load writes more log than a server for small transactions is set up for. Nothing here gives up durability:
# a chunk that is committed stays committed.
resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-bulk-"
  family      = "postgres17"
  description = "Bulk loads: few checkpoints, compressed full-page images, memory for building indexes"
  tags        = local.tags

  # In MB: a checkpoint comes by time, not because the log is full.
  parameter {
    name  = "max_wal_size"
    value = "16384"
  }

  parameter {
    name  = "checkpoint_timeout"
    value = "900"
  }

  parameter {
    name  = "wal_compression"
    value = "lz4"
  }

  # In kB.
  parameter {
    name  = "maintenance_work_mem"
    value = "524288"
  }

  # Many sessions wait for one file's lock; each would search all of them for a cycle after a second.
  parameter {
    name  = "deadlock_timeout"
    value = "60000"
  }

  parameter {
    name         = "max_connections"
    value        = tostring(local.connections)
    apply_method = "pending-reboot"
  }

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = "17"
  instance_class = var.database_instance_class
  db_name        = "landfall"
  username       = "landfall"
  password       = terraform_data.password["database"].output

  storage_type          = "gp3"
  allocated_storage     = var.database_storage_gib
  max_allocated_storage = var.database_storage_most_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this["database"].id]
  publicly_accessible    = false
  multi_az               = var.database_multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  parameter_group_name   = aws_db_parameter_group.this.name

  backup_retention_period         = var.database_backup_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.deletion_protection
  final_snapshot_identifier       = "${var.name}-final"
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  enabled_cloudwatch_logs_exports = ["postgresql"]
  tags                            = local.tags
}
