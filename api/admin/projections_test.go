package admin_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
	"parley/projections"
)

const models = "/v1/admin/projections"

// lines are the progress lines of a followed job.
func lines(t *testing.T, a *apitest.Answer) (all []projections.Progress) {
	t.Helper()
	a.Want(200)
	require.Equal(t, "application/x-ndjson", a.Header.Get("Content-Type"))
	for d := json.NewDecoder(bytes.NewReader(a.Body)); d.More(); {
		var p projections.Progress
		require.NoError(t, d.Decode(&p))
		all = append(all, p)
	}
	require.NotEmpty(t, all)
	return all
}

func TestOperatingProjections(t *testing.T) {
	s := apitest.Open(t)
	app := s.App("demo")
	ann, anybody := app.User("ann"), s.Anybody()
	room := ann.Room("r")
	kept := ann.Send(room, "kept")
	s.Run(t, "the list", func(t *testing.T) {
		a := anybody.Get(models, operator).Want(200)
		require.Equal(t, []string{"directory", "timeline", "occupancy"}, a.Texts("name", "projections"))
		require.Equal(t, 1, a.Len("projections", 1, "builds"))
		require.Equal(t, "live", a.Text("projections", 1, "builds", 0, "state"))
		require.Zero(t, a.Len("projections", 1, "parked"))
	})
	s.Run(t, "a rebuild, followed to its end", func(t *testing.T) {
		all := lines(t, anybody.Post(models+"/timeline/rebuild?follow=true", nil, operator))
		last := all[len(all)-1]
		require.Equal(t, projections.Done, last.Phase, last.Error)
		require.Equal(t, 2, last.Build)
		require.Equal(t, kept, ann.Get(apitest.Messages(room)).Text("messages", 0, "id"))
		require.Equal(t, "done", anybody.Get(models+"/timeline/rebuild", operator).Want(200).Text("phase"))
	})
	s.Run(t, "a rebuild that goes on by itself", func(t *testing.T) {
		anybody.Post(models+"/directory/rebuild", `{"rate":5,"restart":true}`, operator).Want(202)
		anybody.Post(models+"/directory/rebuild", nil, operator).Refused(409, "PROJECTION_BUSY")
		all := lines(t, anybody.Get(models+"/directory/rebuild?follow=true", operator))
		require.Equal(t, projections.Done, all[len(all)-1].Phase, all[len(all)-1].Error)
	})
	s.Run(t, "a comparison", func(t *testing.T) {
		all := lines(t, anybody.Post(models+"/timeline/verify?follow=true", nil, operator))
		verdict := all[len(all)-1].Verdict
		require.NotNil(t, verdict)
		require.Zero(t, verdict.Differences)
		require.Positive(t, verdict.Rows)
		_, err := s.Pool.Exec(t.Context(), `UPDATE rm.channel_counters_v3 SET last_seq = 99`)
		require.NoError(t, err)
		anybody.Post(models+"/timeline/verify", "", operator).Want(202)
		all = lines(t, anybody.Get(models+"/timeline/verify?follow=true", operator))
		require.EqualValues(t, 1, all[len(all)-1].Verdict.Differences)
	})
	s.Run(t, "parked, and resumed in vain", func(t *testing.T) {
		anybody.Post(models+"/timeline/resume", nil, operator).Refused(409, "NOTHING_PARKED")
		s.Poison("message-demo."+room+"."+kept, "MessageEdited")
		s.Settle(t)
		a := anybody.Get(models, operator).Want(200)
		require.Equal(t, room, a.Text("projections", 1, "parked", 0, "id"))
		require.Equal(t, "its data is no JSON at byte 10", a.Text("projections", 1, "parked", 0, "error"))
		all := lines(t, anybody.Post(models+"/timeline/resume?follow=true", nil, operator))
		require.Equal(t, projections.Failed, all[len(all)-1].Phase)
		require.Contains(t, all[len(all)-1].Error, "nothing is better")
	})
	s.Run(t, "refusals", func(*testing.T) {
		for _, body := range []string{"x", "[]", `{"speed":1}`, `{"rate":-1}`, `{"rate":"fast"}`, `{} {}`} {
			anybody.Post(models+"/timeline/rebuild", body, operator).Refused(400, "INVALID_REQUEST")
		}
		anybody.Post(models+"/directory/verify?follow=yes", nil, operator).Refused(400, "INVALID_REQUEST")
		anybody.Post(models+"/weather/rebuild", nil, operator).Refused(404, "PROJECTION_NOT_FOUND")
		anybody.Post(models+"/weather/verify", nil, operator).Refused(404, "PROJECTION_NOT_FOUND")
		anybody.Post(models+"/weather/resume", nil, operator).Refused(404, "PROJECTION_NOT_FOUND")
		anybody.Get(models+"/weather/rebuild", operator).Refused(404, "PROJECTION_NOT_FOUND")
		anybody.Get(models).Refused(401, "AUTH_MISSING_TOKEN")
	})
}
