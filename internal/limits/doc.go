// Package limits bounds what users may ask for and how often an address may
// fail to authenticate: token buckets in memory, per node. Only the monotonic
// clock counts, so setting the time of the machine frees or locks nobody.
package limits
