package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

// key is a key as it is shown; its secret is not.
type key struct {
	ID         string              `json:"id"`
	Name       domain.KeyName      `json:"name"`
	Capability map[string][]string `json:"capability"`
	Native     bool                `json:"native"`
	Version    int                 `json:"version"`
	IssuedAt   int64               `json:"issued_at"` // unix seconds
	RevokedAt  *int64              `json:"revoked_at"`
}

// issuedKey is a key with its new secret, shown this once.
type issuedKey struct {
	Name   domain.KeyName `json:"name"`
	Secret string         `json:"secret"`
	// FormerUntil is until when the replaced secret is valid.
	FormerUntil int64 `json:"former_valid_until,omitempty"`
}

func newKey(app domain.AppID, k queries.Key) key {
	shown := key{
		ID: k.ID, Name: domain.KeyName(string(app) + "." + k.ID), Capability: k.Capability, Native: k.Native,
		Version: k.Version, IssuedAt: k.IssuedAt / 1000,
	}
	if k.RevokedAt > 0 {
		shown.RevokedAt = new(k.RevokedAt / 1000)
	}
	return shown
}

func (s *Server) listKeys(c *gin.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	list, found, err := s.Queries.Keys(c, p.fresh, appOf(c), p.after, p.limit)
	switch {
	case err != nil:
		return err
	case !found:
		return domain.ErrAppNotFound
	}
	keys := make([]key, len(list))
	for i, k := range list {
		keys[i] = newKey(appOf(c), k)
	}
	c.JSON(http.StatusOK, gin.H{"keys": keys})
	return nil
}

// everything is what a key may do that is issued without a capability.
var everything = map[string][]string{"*": {"*"}}

func (s *Server) issueKey(c *gin.Context) error {
	var body struct {
		ID         string              `json:"id"`
		Secret     string              `json:"secret"`
		Capability map[string][]string `json:"capability"`
		Native     *bool               `json:"native"`
	}
	if err := decode(c, &body, "any of id, secret, capability, native"); err != nil {
		return err
	}
	issue := commands.IssueKey{By: actor(c), App: appOf(c), ID: body.ID, Secret: body.Secret, Capability: body.Capability}
	if body.Capability == nil {
		issue.Capability, issue.Native = everything, true
	}
	if body.Native != nil {
		issue.Native = *body.Native
	}
	out, err := s.Commands.IssueKey(c, issue)
	if err != nil {
		return err
	}
	settled(c, out.Outcome)
	c.JSON(http.StatusCreated, issuedKey{Name: out.Key, Secret: out.Secret})
	return nil
}

func (s *Server) rotateKey(c *gin.Context) error {
	var body struct {
		Secret string `json:"secret"`
	}
	if c.Request.ContentLength != 0 {
		if err := decode(c, &body, "optionally secret"); err != nil {
			return err
		}
	}
	out, err := s.Commands.RotateKey(c, commands.RotateKey{By: actor(c), App: appOf(c), Key: c.Param("key"), Secret: body.Secret})
	if err != nil {
		return err
	}
	settled(c, out.Outcome)
	answer := issuedKey{Name: out.Key, Secret: out.Secret}
	if out.Changed {
		answer.FormerUntil = out.Time.Add(domain.KeyOverlap).Unix()
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

func (s *Server) revokeKey(c *gin.Context) error {
	out, err := s.Commands.RevokeKey(c, commands.RevokeKey{By: actor(c), App: appOf(c), Key: c.Param("key")})
	if err != nil {
		return err
	}
	settled(c, out)
	c.Status(http.StatusNoContent)
	return nil
}
