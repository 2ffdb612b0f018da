package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/api/envelope"
	"parley/domain"
	"parley/projections"
)

// projection is a projection as this node sees it.
type projection struct {
	Name     string                `json:"name"`
	Version  int                   `json:"version"`
	Build    int                   `json:"build"`
	Position int64                 `json:"position"`
	Stopped  string                `json:"stopped,omitempty"`
	Parked   []projections.Parked  `json:"parked"`
	Builds   []projections.Build   `json:"builds"` // of other versions, too
	Rebuild  *projections.Progress `json:"rebuild,omitempty"`
	Verify   *projections.Progress `json:"verify,omitempty"`
}

// listProjections shows how the projections are doing, and all builds.
func (s *Server) listProjections(c *gin.Context) error {
	builds, err := s.Projections.Builds(c.Request.Context())
	if err != nil {
		return err
	}
	list := []projection{}
	for _, p := range s.Projections.Status() {
		v := projection{
			Name: p.Name, Version: p.Version, Build: p.Build, Position: p.Position, Parked: p.Parked, Builds: []projections.Build{},
			Rebuild: progressOf(s.Projections.LastRebuild(p.Name)), Verify: progressOf(s.Projections.LastVerify(p.Name)),
		}
		if v.Parked == nil {
			v.Parked = []projections.Parked{}
		}
		if p.Stopped != nil {
			v.Stopped = p.Stopped.Error()
		}
		for _, b := range builds {
			if b.Projection == p.Name {
				v.Builds = append(v.Builds, b)
			}
		}
		list = append(list, v)
	}
	c.JSON(http.StatusOK, gin.H{"projections": list})
	return nil
}

func progressOf(j *projections.Job) *projections.Progress {
	if j == nil {
		return nil
	}
	now, _ := j.Progress()
	return &now
}

// rebuildProjection begins a rebuild, or goes on with an unfinished one.
func (s *Server) rebuildProjection(c *gin.Context) error {
	return s.buildProjection(c, s.Projections.Rebuild)
}

// resumeProjection rebuilds a projection of which something is parked.
func (s *Server) resumeProjection(c *gin.Context) error {
	return s.buildProjection(c, s.Projections.Resume)
}

func (s *Server) buildProjection(c *gin.Context, build func(string, projections.RebuildOptions) (*projections.Job, error)) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	var o projections.RebuildOptions
	if len(b) > 0 && !strict(b, &o) || o.Rate < 0 {
		return domain.ErrInvalidRequest.Because("want a JSON object with rate, restart, force, or no body")
	}
	j, err := build(c.Param("name"), o)
	return s.answerJob(c, http.StatusAccepted, j, err)
}

// verifyProjection begins to compare a projection with the log.
func (s *Server) verifyProjection(c *gin.Context) error {
	j, err := s.Projections.StartVerify(c.Param("name"))
	return s.answerJob(c, http.StatusAccepted, j, err)
}

// rebuildOfProjection is how far the last rebuild on this node is.
func (s *Server) rebuildOfProjection(c *gin.Context) error {
	return s.lastJob(c, s.Projections.LastRebuild)
}

// verifyOfProjection is how far the last comparison on this node is, in the end
// with its verdict.
func (s *Server) verifyOfProjection(c *gin.Context) error {
	return s.lastJob(c, s.Projections.LastVerify)
}

func (s *Server) lastJob(c *gin.Context, last func(string) *projections.Job) error {
	j := last(c.Param("name"))
	if j == nil {
		return domain.ErrProjectionNotFound.Because("this node has begun none; it forgets them when it ends")
	}
	return s.answerJob(c, http.StatusOK, j, nil)
}

// answerJob answers how far a job is now, or with follow=true one line each
// time it is farther, until it has ended.
func (s *Server) answerJob(c *gin.Context, status int, j *projections.Job, err error) error {
	switch {
	case errors.Is(err, projections.ErrUnknown):
		return domain.ErrProjectionNotFound
	case errors.Is(err, projections.ErrUnderWay):
		return domain.ErrProjectionBusy
	case errors.Is(err, projections.ErrNotParked):
		return domain.ErrNothingParked
	case err != nil:
		return err
	}
	switch c.Query("follow") {
	case "":
		now, _ := j.Progress()
		c.JSON(status, now)
		return nil
	case "true":
		return s.followJob(c, j)
	}
	return domain.ErrInvalidRequest.Because("follow is true or absent")
}

const (
	// followPause is the least pause between two lines.
	followPause = 200 * time.Millisecond
	// followPatience is how long a client may take for a line.
	followPatience = 30 * time.Second
	// followIdle is when a line is repeated so that nobody takes the
	// connection for dead.
	followIdle = 10 * time.Second
)

func (s *Server) followJob(c *gin.Context, j *projections.Job) error {
	c.Header("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(c.Writer)
	for {
		if err := envelope.Extend(c, followPatience); err != nil {
			return err
		}
		now, changed := j.Progress()
		if err := out.Encode(now); err != nil {
			return nil // the client has gone
		}
		c.Writer.Flush()
		if now.Phase == projections.Done || now.Phase == projections.Failed {
			return nil
		}
		select {
		case <-time.After(followPause):
		case <-j.Done():
		case <-c.Request.Context().Done():
			return nil
		}
		select {
		case <-changed:
		case <-time.After(followIdle):
		case <-c.Request.Context().Done():
			return nil
		}
	}
}
