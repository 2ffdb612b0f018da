package domain

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// AppCreated: a tenant exists.
type AppCreated struct{}

// AppLimited: other limits hold for requests of the app's users from here on.
type AppLimited struct {
	Limits Limits `json:"limits"`
}

// Limits bound what the users of an app may ask for, per node (CH-019). Rates
// are per second; a bucket holds Burst requests. 0 means the default.
type Limits struct {
	Off             bool    `json:"off,omitempty"` // nothing is limited
	UserSends       float64 `json:"user_sends,omitempty"`
	UserSendBurst   int     `json:"user_send_burst,omitempty"`
	UserRequests    float64 `json:"user_requests,omitempty"` // other than sends
	UserBurst       int     `json:"user_burst,omitempty"`
	AppSends        float64 `json:"app_sends,omitempty"` // of all users together
	AppHistoryReads float64 `json:"app_history_reads,omitempty"`
}

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
func (AppCreated) Type() string { return "AppCreated" }

// Type names the event.
func (AppLimited) Type() string { return "AppLimited" }

// Type names the event.
func (KeyIssued) Type() string { return "KeyIssued" }

// Type names the event.
func (KeyRevoked) Type() string { return "KeyRevoked" }

// KeyOverlap is how long a replaced secret stays valid.
const KeyOverlap = 24 * time.Hour

// App is the state of a tenant.
type App struct {
	Exists bool
	Limits Limits
	keys   map[string]appKey
}

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

// NewApp is an app before its first event.
func NewApp() *App { return &App{keys: map[string]appKey{}} }

// Evolve folds an event of the app.
func (a *App) Evolve(r Recorded) {
	switch e := r.Event.(type) {
	case AppCreated:
		a.Exists = true
	case AppLimited:
		a.Limits = e.Limits
	case KeyIssued:
		k := a.keys[e.Key]
		if k.revoked {
			k.issued = nil
		}
		k.issued = append(slices.Clip(k.issued), issuedSecret{e.Version, r.Time})
		k.native, k.revoked, k.declared = e.Native, false, e
		a.keys[e.Key] = k
	case KeyRevoked:
		k := a.keys[e.Key]
		k.revoked = true
		a.keys[e.Key] = k
	}
}

// Create makes the app; creating it again changes nothing.
func (a *App) Create() []Event {
	if a.Exists {
		return nil
	}
	return []Event{AppCreated{}}
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

// Limit sets the limits of the app; those that hold already change nothing.
func (a *App) Limit(l Limits) ([]Event, error) {
	switch {
	case !a.Exists:
		return nil, ErrAppNotFound
	case a.Limits == l:
		return nil, nil
	}
	return []Event{AppLimited{l}}, nil
}

// Revoke makes every secret of a key invalid; one that is revoked already
// changes nothing.
func (a *App) Revoke(key string) ([]Event, error) {
	k, ok := a.keys[key]
	switch {
	case !a.Exists:
		return nil, ErrAppNotFound
	case !ok:
		return nil, ErrKeyNotFound
	case k.revoked:
		return nil, nil
	}
	return []Event{KeyRevoked{key}}, nil
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
