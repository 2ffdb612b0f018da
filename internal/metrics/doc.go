// Package metrics shows what happens on a node to Prometheus. It alone knows
// the library: others give numbers when they are asked, or call a hook.
// docs/metrics.md lists what there is.
package metrics
