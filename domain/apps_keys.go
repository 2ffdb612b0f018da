package domain

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// KeyIssued: a key of the app has a (new) secret. The secret itself is in the
// keyring under the key's id and Version, 1 for the first; Fingerprint tells
// secrets apart. An earlier secret stays valid for KeyOverlap.
type KeyIssued struct {
	Key         string              `json:"key"` // the key id, without the app
	Version     int                 `json:"version"`
	Fingerprint string              `json:"fingerprint"`
	Capability  map[string][]string `json:"capability"`
	Native      bool                `json:"native"` // signs native tokens
}

// KeyRevoked: no secret of the key is valid any more.
type KeyRevoked struct {
	Key string `json:"key"`
}

// Type names the event.
func (KeyIssued) Type() string { return "KeyIssued" }

// Type names the event.
func (KeyRevoked) Type() string { return "KeyRevoked" }

// KeyOverlap is how long a replaced secret stays valid.
const KeyOverlap = 24 * time.Hour

type appKey struct {
	issued   []issuedSecret // oldest first
	native   bool
	revoked  bool
	declared KeyIssued
}

type issuedSecret struct {
	version int
	at      time.Time
}

// Issue gives a key a secret with the given fingerprint as its next version; the
// same declaration again changes nothing.
func (a *App) Issue(key, fingerprint string, capability map[string][]string, native bool) ([]Event, error) {
	return a.IssueVersion(key, a.KeyVersion(key, fingerprint), fingerprint, capability, native)
}

// IssueVersion is Issue with the version under which the keyring holds the
// secret: versions that no event names, left by a crash, are passed over.
func (a *App) IssueVersion(key string, version int, fingerprint string, capability map[string][]string, native bool) ([]Event, error) {
	if !a.Exists {
		return nil, ErrAppNotFound
	}
	k := a.keys[key]
	d := k.declared
	same := d.Fingerprint == fingerprint && d.Native == native && maps.EqualFunc(d.Capability, capability, slices.Equal)
	if same && !k.revoked && d.Key != "" {
		return nil, nil
	}
	return []Event{KeyIssued{key, version, fingerprint, capability, native}}, nil
}

// MayIssue decides whether an actor may issue a key that is not there, or
// that is revoked. A key with the right admin gives no more rights than it has
// itself.
func (a *App) MayIssue(by Actor, key string, capability map[string][]string, native bool) error {
	k, ok := a.keys[key]
	switch {
	case !a.Exists:
		return ErrAppNotFound
	case !a.reaches(by, capability, native):
		return errBeyond
	case ok && !k.revoked:
		return ErrKeyExists
	}
	return nil
}

// MayRotate decides whether an actor may give a key another secret.
func (a *App) MayRotate(by Actor, key string) error {
	k, err := a.managed(by, key)
	if err == nil && k.revoked {
		return ErrKeyRevoked
	}
	return err
}

// Rotate gives a key another secret, under the version that the keyring holds
// it under; the former one stays valid for KeyOverlap. The same secret again
// changes nothing.
func (a *App) Rotate(by Actor, key string, version int, fingerprint string) ([]Event, error) {
	if err := a.MayRotate(by, key); err != nil {
		return nil, err
	}
	d := a.keys[key].declared
	return a.IssueVersion(key, version, fingerprint, d.Capability, d.Native)
}

// Revoke makes every secret of a key invalid; one that is revoked already
// changes nothing.
func (a *App) Revoke(by Actor, key string) ([]Event, error) {
	k, err := a.managed(by, key)
	if err != nil || k.revoked {
		return nil, err
	}
	return []Event{KeyRevoked{key}}, nil
}

var errBeyond = ErrForbidden.Because("a key manages only keys that may do no more than itself")

// managed is a key that the actor may manage.
func (a *App) managed(by Actor, key string) (appKey, error) {
	k, ok := a.keys[key]
	switch {
	case !a.Exists:
		return k, ErrAppNotFound
	case !ok:
		return k, ErrKeyNotFound
	case !a.reaches(by, k.declared.Capability, k.declared.Native):
		return k, errBeyond
	}
	return k, nil
}

// reaches reports whether an actor has all the rights of a key: the operator,
// or another key, valid as it now stands, that has them.
func (a *App) reaches(by Actor, capability map[string][]string, native bool) bool {
	if by.Kind != ActorKey {
		return by.Kind == ActorSystem
	}
	own, ok := a.keys[by.ID]
	return ok && !own.revoked && Administers(own.declared.Capability) && (own.native || !native) &&
		CapabilityWithin(capability, own.declared.Capability)
}

// Key is a valid key as last issued; false without one.
func (a *App) Key(key string) (KeyIssued, bool) {
	k, ok := a.keys[key]
	return k.declared, ok && !k.revoked
}

// KeyVersion is the version that a secret with this fingerprint has, or would
// get as the key's next.
func (a *App) KeyVersion(key, fingerprint string) int {
	d := a.keys[key].declared
	if d.Fingerprint == fingerprint && d.Version > 0 {
		return d.Version
	}
	return d.Version + 1
}

// SecretVersions lists the versions of a key's secrets that are valid at a
// moment, the newest first.
func (a *App) SecretVersions(key string, now time.Time) []int {
	k, ok := a.keys[key]
	if !ok || k.revoked {
		return nil
	}
	var valid []int
	for i := len(k.issued) - 1; i >= 0; i-- {
		newest := i == len(k.issued)-1
		if !newest && now.After(k.issued[i+1].at.Add(KeyOverlap)) {
			break
		}
		if !slices.Contains(valid, k.issued[i].version) {
			valid = append(valid, k.issued[i].version)
		}
	}
	return valid
}

// NativeKeys lists the ids of the keys that sign native tokens, sorted.
func (a *App) NativeKeys() []string {
	var names []string
	for name, k := range a.keys {
		if k.native && !k.revoked {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// CheckSecret refuses secrets that the faces could not carry or that are too
// short to sign tokens.
func CheckSecret(secret string) error {
	if len(secret) < 32 || len(secret) > 256 {
		return errors.New("a secret has 32 to 256 characters")
	}
	for _, c := range []byte(secret) {
		if c <= ' ' || c > '~' || c == '.' || c == ':' {
			return errors.New("a secret has no dot, colon, blank or character outside ASCII")
		}
	}
	return nil
}
