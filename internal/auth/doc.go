// Package auth turns credentials into actors: tokens and keys are read with
// suspicion, verified, and what they say becomes a domain.Actor.
package auth
