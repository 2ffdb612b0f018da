// Package admin is the operator's face under /v1/admin. It takes the operator
// token as a bearer token.
package admin
