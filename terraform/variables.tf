# What the module asks for. Sizes of database, queue and tasks are what an estimate reads (README.md).

variable "name" {
  description = "Begins the name of everything that the module creates."
  type        = string
  default     = "landfall"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,16}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 18 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "tags" {
  description = "Tags of everything that the module creates, beside `project`."
  type        = map(string)
  default     = {}
}

variable "image_tag" {
  description = "Tag of the image in the module's repository. It has Landfall and your definitions."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag must name one build, such as a commit: tags in this repository are never overwritten."
  }
}

variable "datasets" {
  description = "Definitions in the image: files, folders, or example:NAME (LANDFALL_DATASETS)."
  type        = list(string)

  validation {
    condition     = length(var.datasets) > 0 && alltrue([for path in var.datasets : can(regex("^[^,\\s]+$", path))])
    error_message = "datasets must have at least one path, and no path may contain commas or white space."
  }
}

variable "environment" {
  description = "Further variables of the coordinator that definitions name, such as the address of a service."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("^(LANDFALL_|.*_URL$)", name))])
    error_message = "environment must not contain settings of Landfall: the module sets them."
  }
}

variable "source_secrets" {
  description = "Variables of the coordinator with the ARN of the secret whose text each gets, for sources that log in."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.source_secrets) : can(regex("^arn:[a-z-]+:secretsmanager:", arn))])
    error_message = "source_secrets must have ARNs of Secrets Manager as values, not the secrets themselves."
  }
}

# Network

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "vpc_cidr must be an IPv4 range of at least 1,024 addresses (/22)."
  }
}

variable "zones" {
  description = "Number of availability zones. RDS and the load balancer need two."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zones)
    error_message = "zones must be 2 or 3."
  }
}

variable "internet_access" {
  description = "Whether the coordinator may reach the internet (a NAT gateway), for sources that fetch over HTTP."
  type        = bool
  default     = false
}

variable "public" {
  description = "Whether the load balancer has addresses on the internet. Otherwise it is inside the VPC."
  type        = bool
  default     = false
}

variable "allowed_cidrs" {
  description = "Who may open the dashboard. Empty: the VPC."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be IPv4 ranges such as 203.0.113.0/24."
  }

  validation {
    condition     = !var.public || length(var.allowed_cidrs) > 0
    error_message = "allowed_cidrs must say who may open a public dashboard; 0.0.0.0/0 is everybody."
  }
}

variable "certificate_arn" {
  description = "Certificate of the dashboard's name in ACM, in the same region."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM."
  }
}

# Storage

variable "kms_key_arn" {
  description = "Key for buckets, database, queue, secrets and logs. Null: keys of AWS. Its policy must admit CloudWatch Logs."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias."
  }
}

variable "noncurrent_days" {
  description = "Days for which replaced and deleted objects can be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "noncurrent_days must be at least 1."
  }
}

variable "archive_cool_days" {
  description = "Days after which archived files move to cheaper storage, which is still read at once."
  type        = number
  default     = 30

  validation {
    condition     = var.archive_cool_days >= 30
    error_message = "archive_cool_days must be at least 30: S3 moves nothing to Standard-IA earlier."
  }
}

variable "landing_events" {
  description = "Whether a queue gets a message for each landed object, for programs of yours. Landfall lists the bucket and does not read it."
  type        = bool
  default     = false
}

# Database

variable "database_instance_class" {
  description = "Size of the PostgreSQL server."
  type        = string
  default     = "db.m7g.large"

  validation {
    condition     = startswith(var.database_instance_class, "db.")
    error_message = "database_instance_class must be a class of RDS, such as db.m7g.large."
  }
}

variable "database_storage_gib" {
  description = "Storage of the database at first."
  type        = number
  default     = 100

  validation {
    condition     = var.database_storage_gib >= 20 && var.database_storage_gib <= 65536
    error_message = "database_storage_gib must be from 20 to 65536."
  }
}

variable "database_storage_most_gib" {
  description = "Storage to which the database may grow by itself."
  type        = number
  default     = 1000

  validation {
    condition     = var.database_storage_most_gib >= var.database_storage_gib * 1.1
    error_message = "database_storage_most_gib must be at least 10 % more than database_storage_gib."
  }
}

variable "database_multi_az" {
  description = "Whether the database has a standby in another zone."
  type        = bool
  default     = false
}

variable "database_backup_days" {
  description = "Days for which the database can be restored to any moment."
  type        = number
  default     = 7

  validation {
    condition     = var.database_backup_days >= 1 && var.database_backup_days <= 35
    error_message = "database_backup_days must be from 1 to 35."
  }
}

variable "database_ca_file" {
  description = "Path in the image of the certificates of RDS, to verify the database's. Null: traffic is encrypted, the server is not verified."
  type        = string
  default     = null

  validation {
    condition     = var.database_ca_file == null || can(regex("^/[\\w./-]+$", var.database_ca_file))
    error_message = "database_ca_file must be an absolute path."
  }
}

# Queue

variable "queue_node_type" {
  description = "Size of a Valkey node."
  type        = string
  default     = "cache.t4g.small"

  validation {
    condition     = startswith(var.queue_node_type, "cache.")
    error_message = "queue_node_type must be a node type of ElastiCache, such as cache.t4g.small."
  }
}

variable "queue_replicas" {
  description = "Replicas that may take over. The queue may be lost without loss of data: the ledger queues jobs again."
  type        = number
  default     = 0

  validation {
    condition     = contains([0, 1, 2], var.queue_replicas)
    error_message = "queue_replicas must be 0, 1 or 2."
  }
}

# Tasks

variable "architecture" {
  description = "Processors of the tasks, as the image was built. Spot has both."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be X86_64 or ARM64."
  }
}

variable "coordinator_cpu" {
  description = "CPU units of the coordinator (1024: one core)."
  type        = number
  default     = 1024

  validation {
    condition     = contains([512, 1024, 2048, 4096], var.coordinator_cpu)
    error_message = "coordinator_cpu must be 512, 1024, 2048 or 4096."
  }
}

variable "coordinator_memory" {
  description = "Memory of the coordinator in MiB. Fargate fixes which go with a number of cores."
  type        = number
  default     = 2048

  validation {
    condition     = var.coordinator_memory >= var.coordinator_cpu * 2 && var.coordinator_memory <= var.coordinator_cpu * 8
    error_message = "coordinator_memory must be 2 to 8 MiB per CPU unit (2 to 8 GiB per core)."
  }
}

variable "worker_cpu" {
  description = "CPU units of a task with workers. It runs one worker process for each core."
  type        = number
  default     = 2048

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.worker_cpu)
    error_message = "worker_cpu must be a whole number of cores: 1024, 2048, 4096, 8192 or 16384."
  }
}

variable "worker_memory" {
  description = "Memory of a task with workers in MiB. Fargate fixes which go with a number of cores."
  type        = number
  default     = 4096

  validation {
    condition     = var.worker_memory >= var.worker_cpu * 2
    error_message = "worker_memory must be at least 2 MiB per CPU unit (2 GiB for each worker process)."
  }
}

variable "workers_min" {
  description = "Tasks with workers that always run. Scaling multiplies the number of tasks, so one must be there."
  type        = number
  default     = 1

  validation {
    condition     = var.workers_min >= 1
    error_message = "workers_min must be at least 1: scaling multiplies the number of tasks."
  }
}

variable "workers_max" {
  description = "Tasks with workers at most."
  type        = number
  default     = 4

  validation {
    condition     = var.workers_max >= var.workers_min
    error_message = "workers_max must not be less than workers_min."
  }
}

variable "chunks_per_worker" {
  description = "Chunks that may wait for each worker process before tasks are added. A chunk takes about a second."
  type        = number
  default     = 60

  validation {
    condition     = var.chunks_per_worker > 0
    error_message = "chunks_per_worker must be positive."
  }
}

variable "waiting_seconds" {
  description = "How long a file may wait for its first chunk before tasks are added."
  type        = number
  default     = 300

  validation {
    condition     = var.waiting_seconds >= 60
    error_message = "waiting_seconds must be at least 60: what waits is measured each minute."
  }
}

variable "workers_on_demand" {
  description = "Tasks with workers that do not run on Spot."
  type        = number
  default     = 0

  validation {
    condition     = var.workers_on_demand >= 0 && var.workers_on_demand <= var.workers_max
    error_message = "workers_on_demand must be from 0 to workers_max."
  }
}

# Operation

variable "log_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "log_days must be a number of days that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms and of the budget. Each confirms the subscription by mail."
  type        = list(string)

  validation {
    condition     = length(var.alarm_emails) > 0 && alltrue([for mail in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+$", mail))])
    error_message = "alarm_emails must have at least one address."
  }
}

variable "budget_usd" {
  description = "Budget of a month in US dollars. It warns and stops nothing."
  type        = number

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd must be more than 0."
  }
}

variable "deletion_protection" {
  description = "Whether `terraform destroy` must not remove database, load balancer, and buckets with objects."
  type        = bool
  default     = true
}
