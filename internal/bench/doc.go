// Package bench measures a parley server beside a floor: a bare Gin handler
// that verifies the same token and does one durable INSERT, over a PostgreSQL
// of its own with the same settings. Floor and parley take turns in one run,
// so that a noisy machine is noisy for both, and ratios are taken within a
// round.
package bench
