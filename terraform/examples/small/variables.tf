variable "region" {
  description = "Region of everything."
  type        = string
  default     = "us-east-1"
}

variable "image_tag" {
  description = "Tag of the image."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the dashboard's name."
  type        = string
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = list(string)
}
