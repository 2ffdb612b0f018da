// Package apitest runs the whole service in a test: a server over a fresh
// database behind a real HTTP listener, apps with native keys, users with
// tokens, and requests that check on every answer what the contract says of
// all of them.
//
// Requests and expected answers are Go, not txtar files: nearly every row of
// the contract needs an id out of an earlier answer, a comparison of two
// answers, a clock or many callers at once. A script would need variables,
// loops and arithmetic for that; in Go a case stays one line,
//
//	ann.Post("/v1/channels", `{"type":"dm","user_id":"ann"}`).Refused(400, "CHAT_CANNOT_DM_SELF")
//
// and subtests carry the ids of the rows in their names.
package apitest
