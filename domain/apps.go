package domain

import (
	"errors"
	"slices"
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
	UserSockets     int     `json:"user_sockets,omitempty"` // open at once on a node
}

// Check refuses limits that are no numbers of requests.
func (l Limits) Check() error {
	for _, n := range []float64{
		l.UserSends, float64(l.UserSendBurst), l.UserRequests, float64(l.UserBurst), l.AppSends, l.AppHistoryReads,
		float64(l.UserSockets),
	} {
		if !(n >= 0 && n <= maxRate) {
			return errors.New("a limit is a number from 0 to 1,000,000; 0 is the default")
		}
	}
	return nil
}

const maxRate = 1_000_000

// Type names the event.
func (AppCreated) Type() string { return "AppCreated" }

// Type names the event.
func (AppLimited) Type() string { return "AppLimited" }

// App is the state of a tenant.
type App struct {
	Exists bool
	Limits Limits
	keys   map[string]appKey
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
