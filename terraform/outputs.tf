output "repository_url" {
  description = "Where the image is pushed."
  value       = aws_ecr_repository.this.repository_url
}

output "dashboard_address" {
  description = "Target of the DNS record of the dashboard's name."
  value       = aws_lb.this.dns_name
}

output "dashboard_zone_id" {
  description = "Zone of dashboard_address, for an alias record in Route 53."
  value       = aws_lb.this.zone_id
}

output "token_secret_arn" {
  description = "Secret with the token of the dashboard."
  value       = aws_secretsmanager_secret.this["LANDFALL_TOKEN"].arn
}

output "database_secret_arn" {
  description = "Secret with the DATABASE_URL."
  value       = aws_secretsmanager_secret.this["DATABASE_URL"].arn
}

output "database_address" {
  description = "Host of the database."
  value       = aws_db_instance.this.address
}

output "landing_url" {
  description = "Where files are dropped: below a folder named like their dataset."
  value       = local.settings.LANDING_URL
}

output "lake_url" {
  description = "Where the Parquet files are."
  value       = local.settings.LAKE_URL
}

output "archive_url" {
  description = "Where loaded files are."
  value       = local.settings.ARCHIVE_URL
}

output "landing_events_queue_url" {
  description = "Queue with a message for each landed object, with landing_events; else null."
  value       = one(aws_sqs_queue.landed[*].url)
}

output "cluster_name" {
  description = "ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "coordinator_task_definition" {
  description = "Task definition with which `aws ecs run-task` runs other commands of Landfall."
  value       = aws_ecs_task_definition.this["coordinator"].family
}

output "coordinator_role_name" {
  description = "Role of the coordinator: give it the right to read buckets that sources fetch from."
  value       = aws_iam_role.task["coordinator"].name
}

output "vpc_id" {
  description = "VPC, for a way in to an internal dashboard."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "Subnets of the tasks."
  value       = aws_subnet.private[*].id
}

output "security_group_ids" {
  description = "Security groups by what is in them: balancer, coordinator, worker, database, queue, endpoint."
  value       = { for name, group in aws_security_group.this : name => group.id }
}
