package auth

import (
	"context"
	"crypto/sha256"
	"time"

	"parley/domain"
)

// Session is what a verified token allows for as long as it is good: sockets
// outlive the request that opened them.
type Session struct {
	Actor      domain.Actor
	Credential Credential
	Expires    time.Time
}

// Credential names the secret that a token was signed with, without telling
// it. It is comparable: many sessions share one.
type Credential struct {
	App  domain.AppID
	Key  domain.KeyName
	Mark [16]byte // of the secret
}

// UserSession completes a session of a user of the native face that was kept
// without what follows from that.
func UserSession(s Session) Session {
	s.Actor.Kind, s.Actor.Dialect = domain.ActorUser, "native"
	return s
}

// Open verifies a token, as Verify does, for longer than one request.
func (n *Native) Open(ctx context.Context, raw string) (Session, error) {
	actor, hash, err := n.Verify(ctx, raw)
	if err != nil {
		return Session{}, err
	}
	t, ok := n.verified.GetIfPresent(hash)
	if !ok { // it just fell out of the cache
		if t, err = n.verify(ctx, raw); err != nil {
			return Session{}, err
		}
	}
	return Session{Actor: actor, Credential: Credential{actor.App, t.signer, mark(t.secret)}, Expires: t.expires}, nil
}

// Holds reports whether tokens signed with a secret are still good: its key
// may have been revoked, or have another secret by now.
func (n *Native) Holds(ctx context.Context, c Credential) (bool, error) {
	_, key, ok := c.Key.Split()
	if !ok {
		return false, nil
	}
	keys, err := n.keys.SigningKeys(ctx, c.App, key)
	if err != nil {
		return false, err
	}
	for _, k := range keys {
		if mark(k.Secret) == c.Mark {
			return true, nil
		}
	}
	return false, nil
}

func mark(secret string) (m [16]byte) {
	sum := sha256.Sum256([]byte("parley session\x00" + secret))
	copy(m[:], sum[:])
	return m
}
