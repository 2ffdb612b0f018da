// Package native is the native channels API under /v1: channels, members and
// messages over commands and queries. Row ids (CH-...) refer to
// docs/contracts/channels.md.
package native
