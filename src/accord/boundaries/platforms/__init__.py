"""What platforms do by what is configured, or by default: routes, workloads, pods, connections."""
