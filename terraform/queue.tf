# Valkey, for the queue. It must never evict a job: `landfall doctor` refuses a server that may.

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = aws_subnet.private[*].id
  tags       = local.tags
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-queue"
  family      = "valkey8"
  description = "A queue: nothing is evicted"
  tags        = local.tags

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Landfall queue"
  engine               = "valkey"
  engine_version       = "8.0"
  node_type            = var.queue_node_type
  port                 = 6379
  parameter_group_name = aws_elasticache_parameter_group.this.name
  subnet_group_name    = aws_elasticache_subnet_group.this.name
  security_group_ids   = [aws_security_group.this["queue"].id]

  num_cache_clusters         = 1 + var.queue_replicas
  automatic_failover_enabled = var.queue_replicas > 0
  multi_az_enabled           = var.queue_replicas > 0

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = terraform_data.password["queue"].output
  auth_token_update_strategy = "ROTATE"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  auto_minor_version_upgrade = true
  tags                       = local.tags
}
