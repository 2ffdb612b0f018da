package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
)

// tokenTime is how long the tokens of a measurement are valid.
const tokenTime = 6 * time.Hour

// people are the users of a measurement and their tokens.
type people struct {
	app         string
	key, secret string // signs tokens; or
	operator    string // asks the server for them; or
	only        string // is the one token of all
	api         *api

	mu     sync.Mutex
	tokens map[string]string
}

// readKey takes a native key apart; an operator token has no colon.
func (p *people) readKey(text string) error {
	name, secret, isKey := strings.Cut(text, ":")
	if !isKey {
		return nil
	}
	app, _, ok := domain.KeyName(name).Split()
	if !ok {
		return fmt.Errorf("--key: %q is not the name of a key", name)
	}
	p.app, p.key, p.secret, p.operator = string(app), name, secret, ""
	return nil
}

// single tells that everybody is the same user.
func (p *people) single() bool { return p.only != "" }

// token is that of a user.
func (p *people) token(ctx context.Context, user string) (string, error) {
	if p.single() {
		return p.only, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.tokens[user]; ok {
		return t, nil
	}
	t, err := p.make(ctx, user)
	if err != nil {
		return "", fmt.Errorf("token of %s: %w", user, err)
	}
	if p.tokens == nil {
		p.tokens = map[string]string{}
	}
	p.tokens[user] = t
	return t, nil
}

func (p *people) make(ctx context.Context, user string) (string, error) {
	name := "User " + user
	if p.secret != "" {
		return auth.Sign(commands.SigningKey{Key: domain.KeyName(p.key), Secret: p.secret},
			domain.AppID(p.app), domain.UserID(user), name, time.Now(), tokenTime)
	}
	var out struct{ Token string }
	_, err := p.api.call(ctx, http.MethodPost, "/v1/admin/tokens", p.operator, map[string]any{
		"app": p.app, "user": user, "name": name, "ttl_seconds": int64(tokenTime.Seconds()),
	}, &out)
	return out.Token, err
}
