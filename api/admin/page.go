package admin

import (
	"context"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/commands"
	"parley/domain"
	"parley/queries"
)

const (
	maxPage = 1000
	// patience bounds the wait for what a read must show (CH-028).
	patience = 2 * time.Second
)

// page is a part of a list that is ordered by ids.
type page struct {
	fresh queries.Freshness
	after string
	limit int
}

// page reads limit and after.
func (s *Server) page(c *gin.Context) (page, error) {
	p := page{after: c.Query("after"), limit: maxPage}
	if text, given := c.GetQuery("limit"); given {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n < 1 || n > maxPage {
			return p, domain.ErrInvalidLimit.Because("limit is a number from 1 to %d", maxPage)
		}
		p.limit = int(n)
	}
	if _, _, ok := domain.KeyName("a." + p.after).Split(); p.after != "" && !ok {
		return p, domain.ErrInvalidCursor.Because("after is not an id")
	}
	var err error
	p.fresh, err = s.fresh(c)
	return p, err
}

// fresh is what a read must show: the caller's own writes, whatever was done
// to the app in the path, and what Parley-Min-Position asks for (CH-020,
// CH-028).
func (s *Server) fresh(c *gin.Context) (queries.Freshness, error) {
	at := int64(0)
	if text := c.GetHeader("Parley-Min-Position"); text != "" {
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			return 0, domain.ErrInvalidRequest.Because("Parley-Min-Position takes what Parley-Position gave")
		}
		at = int64(n)
	}
	ctx, cancel := context.WithTimeout(c, patience)
	defer cancel()
	own, err := s.Commands.OwnWrites(ctx, actor(c))
	if err != nil || appOf(c) == "" {
		return queries.Freshness(max(at, own)), err
	}
	app, err := s.Commands.AppAt(ctx, appOf(c))
	return queries.Freshness(max(at, own, app)), err
}

// settled names the position of a write's effect (CH-028).
func settled(c *gin.Context, out commands.Outcome) {
	c.Header("Parley-Position", strconv.FormatInt(out.Position, 10))
}
