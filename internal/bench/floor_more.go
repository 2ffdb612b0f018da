package bench

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"
)

// one carries out one statement of a caller and answers.
func (f *floorFace) one(c *gin.Context, status int, answer any, sql string, args ...any) {
	if _, err := f.db.Exec(c.Request.Context(), sql, args...); err != nil {
		c.String(http.StatusInternalServerError, err.Error())
		return
	}
	c.JSON(status, answer)
}

// call verifies the token and reads what a command names: the number in the
// path, and the body.
func (f *floorFace) call(c *gin.Context, param string, body any) (caller string, id int64, ok bool) {
	caller, ok = f.caller(c)
	if !ok {
		return "", 0, false
	}
	id, err := strconv.ParseInt(c.Param(param), 10, 64)
	if err == nil {
		err = c.ShouldBindJSON(body)
	}
	if err != nil {
		c.Status(http.StatusBadRequest)
		return "", 0, false
	}
	return caller, id, true
}

func (f *floorFace) edit(c *gin.Context) {
	var body struct {
		Body string `json:"body"`
	}
	caller, message, ok := f.call(c, "message", &body)
	if !ok {
		return
	}
	f.one(c, http.StatusOK, floorMessage{ID: message, Sender: caller, Body: body.Body}, `
		UPDATE messages SET body = $3
		WHERE id = $1 AND sender = $2`, message, caller, body.Body)
}

func (f *floorFace) react(c *gin.Context) {
	var body struct {
		Emote string `json:"emote_asset_id"`
	}
	caller, message, ok := f.call(c, "message", &body)
	if !ok {
		return
	}
	f.one(c, http.StatusCreated, gin.H{"message": "Reaction added"}, `
		INSERT INTO reactions (message, emote, reactor)
		VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, message, body.Emote, caller)
}

func (f *floorFace) read(c *gin.Context) {
	var body struct {
		Message int64 `json:"last_read_message_id,string"`
	}
	caller, channel, ok := f.call(c, "channel", &body)
	if !ok {
		return
	}
	f.one(c, http.StatusOK, gin.H{"channel_id": c.Param("channel"), "last_read_message_id": body.Message}, `
		INSERT INTO cursors (channel, reader, message)
		VALUES ($1, $2, $3)
		ON CONFLICT (reader, channel) DO UPDATE SET message = greatest(cursors.message, excluded.message)`,
		channel, caller, body.Message)
}

// fillList gives the caller a number of channels.
func (f *floorFace) fillList(c *gin.Context) {
	caller, ok := f.caller(c)
	if !ok {
		return
	}
	var body struct {
		Channels int `json:"channels"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	f.one(c, http.StatusCreated, gin.H{}, `
		INSERT INTO lists (member, channel, name, last_seq, read_seq, last_at)
		SELECT $1, n, 'crowd ' || n, 20, 0, 1700000000 + n FROM generate_series(1, $2::bigint) AS n`, caller, body.Channels)
}

type floorChannel struct {
	ID          int64  `json:"id,string"`
	Type        string `json:"type"`
	Name        string `json:"name"`
	LastAt      int64  `json:"created_at"`
	UnreadCount int64  `json:"unread_count"`
}

// channels is the bare SELECT of a list with unread counts.
func (f *floorFace) channels(c *gin.Context) {
	caller, ok := f.caller(c)
	if !ok {
		return
	}
	rows, _ := f.db.Query(c.Request.Context(), `
		SELECT channel, name, last_at, last_seq - read_seq
		FROM lists
		WHERE member = $1
		ORDER BY last_at DESC
		LIMIT 1000`, caller) // ForEachRow reports the error of Query
	list := []floorChannel{}
	v := floorChannel{Type: "group"}
	_, err := pgx.ForEachRow(rows, []any{&v.ID, &v.Name, &v.LastAt, &v.UnreadCount}, func() error {
		list = append(list, v)
		return nil
	})
	if err != nil {
		c.String(http.StatusInternalServerError, err.Error())
		return
	}
	c.JSON(http.StatusOK, list)
}
