package bench

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// floorFace has the paths of the native face and the shape of its answers.
type floorFace struct {
	db     *pgxpool.Pool
	secret []byte
}

type floorMessage struct {
	ID        int64     `json:"id,string"`
	Channel   int64     `json:"channel_id,string"`
	Sender    string    `json:"sender_id"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

func (f *floorFace) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.POST("/v1/channels/:channel/messages", f.send)
	e.GET("/v1/channels/:channel/messages", f.list)
	e.PUT("/v1/channels/:channel/messages/:message", f.edit)
	e.POST("/v1/channels/:channel/messages/:message/reactions", f.react)
	e.POST("/v1/channels/:channel/read", f.read)
	e.POST("/v1/lists", f.fillList)
	e.GET("/v1/channels", f.channels)
	return e
}

// caller verifies the token of a request, each time.
func (f *floorFace) caller(c *gin.Context) (string, bool) {
	token, ok := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	if !ok {
		c.Status(http.StatusUnauthorized)
		return "", false
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return f.secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
	if err != nil {
		c.Status(http.StatusUnauthorized)
		return "", false
	}
	return claims.Subject, true
}

func (f *floorFace) send(c *gin.Context) {
	sender, ok := f.caller(c)
	if !ok {
		return
	}
	channel, err := strconv.ParseInt(c.Param("channel"), 10, 64)
	if err != nil {
		c.Status(http.StatusNotFound)
		return
	}
	var body struct {
		Body string `json:"body"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	m := floorMessage{Channel: channel, Sender: sender, Body: body.Body}
	err = f.db.QueryRow(c.Request.Context(), `
		INSERT INTO messages (channel, sender, body)
		VALUES ($1, $2, $3)
		RETURNING id, created_at`, m.Channel, m.Sender, m.Body).Scan(&m.ID, &m.CreatedAt)
	if err != nil {
		c.String(http.StatusInternalServerError, err.Error())
		return
	}
	c.JSON(http.StatusCreated, m)
}

const floorPage = 50

func (f *floorFace) list(c *gin.Context) {
	if _, ok := f.caller(c); !ok {
		return
	}
	channel, err := strconv.ParseInt(c.Param("channel"), 10, 64)
	if err != nil {
		c.Status(http.StatusNotFound)
		return
	}
	before := int64(1<<63 - 1)
	if text, given := c.GetQuery("before"); given {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
	}
	rows, err := f.page(c, channel, before)
	if err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	page := make([]floorMessage, 0, floorPage+1)
	var m floorMessage
	_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.Channel, &m.Sender, &m.Body, &m.CreatedAt}, func() error {
		page = append(page, m)
		return nil
	})
	if err != nil {
		c.String(http.StatusInternalServerError, err.Error())
		return
	}
	more := len(page) > floorPage
	c.JSON(http.StatusOK, gin.H{"messages": page[:min(len(page), floorPage)], "has_more": more})
}

// page queries the rows of a page: those before an id, or of a span of time.
func (f *floorFace) page(c *gin.Context, channel, before int64) (pgx.Rows, error) {
	if c.Query("start") == "" {
		rows, _ := f.db.Query(c.Request.Context(), `
			SELECT id, channel, sender, body, created_at
			FROM messages
			WHERE channel = $1 AND id < $2
			ORDER BY id DESC
			LIMIT $3`, channel, before, floorPage+1) // ForEachRow reports the error of Query
		return rows, nil
	}
	start, err1 := strconv.ParseInt(c.Query("start"), 10, 64)
	end, err2 := strconv.ParseInt(c.Query("end"), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	rows, _ := f.db.Query(c.Request.Context(), `
		SELECT id, channel, sender, body, created_at
		FROM messages
		WHERE channel = $1 AND created_at >= $2 AND created_at < $3
		ORDER BY created_at DESC
		LIMIT $4`, channel, time.Unix(start, 0), time.Unix(end, 0), floorPage+1)
	return rows, nil
}
