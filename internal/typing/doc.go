// Package typing holds in memory who types where, on this node and on the
// others. Nothing of it is kept: signals expire, and a node that starts knows
// of nobody.
package typing
