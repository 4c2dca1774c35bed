output "landfall" {
  description = "What the module says about what it made."
  value       = module.landfall
}
