package parley

import (
	"encoding/json"
	"strings"
)

// Event is something that happened in a channel, or, with Seq 0, a signal
// that is told once at most: typing and presence_update.
type Event struct {
	// Type is message, message_update, message_delete, reaction_add,
	// reaction_remove, channel_update, channel_delete, member_add,
	// member_update, member_remove, other, typing or presence_update. There
	// may be more later.
	Type    string
	Channel ID
	// ID is unique; empty for signals.
	ID string
	// Seq rises in the channel by one with each thing that happens; what
	// changes several objects has an event for each, with the same Seq
	// (CH-827).
	Seq int64
	// Data is, by type, a *Message (message, message_update), *DeletedMessage,
	// *ReactionChange, *Channel (channel_update), *MemberChange (member_add,
	// member_update, member_remove with UserID only), *Typing or
	// *PresenceChange; else, and where the data have another form than this
	// version knows, a json.RawMessage.
	Data any
}

// DeletedMessage says which message is deleted, and by whom (CH-814).
type DeletedMessage struct {
	ID        ID     `json:"id"`
	ChannelID ID     `json:"channel_id"`
	DeletedBy UserID `json:"deleted_by"`
	DeletedAt Time   `json:"deleted_at"`
}

// ReactionChange is a reaction that came or went; Count is the number of users
// afterwards (CH-815).
type ReactionChange struct {
	ChannelID    ID     `json:"channel_id"`
	MessageID    ID     `json:"message_id"`
	UserID       UserID `json:"user_id"`
	EmoteAssetID string `json:"emote_asset_id"`
	Count        int64  `json:"count"`
}

// MemberChange is a member as it is now (CH-817).
type MemberChange struct {
	ChannelID ID `json:"channel_id"`
	Member
}

// Typing says who writes just now; it holds for five seconds (CH-816, CH-702).
type Typing struct {
	ChannelID   ID     `json:"channel_id"`
	UserID      UserID `json:"user_id"`
	DisplayName string `json:"display_name"`
}

// PresenceChange says that a member is online or offline now (CH-832).
type PresenceChange struct {
	ChannelID ID     `json:"channel_id"`
	UserID    UserID `json:"user_id"`
	Presence  string `json:"presence"`
}

// frame is what goes over a socket (CH-803).
type frame struct {
	Type    string          `json:"type"`
	EventID string          `json:"event_id,omitempty"`
	Seq     int64           `json:"seq,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// about is what the data of frames say of themselves.
type about struct {
	ID            ID    `json:"id"`
	ChannelID     ID    `json:"channel_id"`
	Seq           int64 `json:"seq"`
	LastMessageID ID    `json:"last_message_id"`
}

func (f frame) about() (a about) {
	if json.Unmarshal(f.Data, &a) != nil {
		return about{} // a frame without data, or of a later version
	}
	return a
}

// event decodes a frame of a channel.
func (f frame) event(channel ID) Event {
	e := Event{Type: f.Type, Channel: channel, ID: f.EventID, Seq: f.Seq}
	switch f.Type {
	case "message", "message_update":
		e.Data = new(Message)
	case "message_delete":
		e.Data = new(DeletedMessage)
	case "reaction_add", "reaction_remove":
		e.Data = new(ReactionChange)
	case "channel_update":
		e.Data = new(Channel)
	case "member_add", "member_update", "member_remove":
		e.Data = new(MemberChange)
	case "typing":
		e.Data = new(Typing)
	case "presence_update":
		e.Data = new(PresenceChange)
	}
	if e.Data == nil || json.Unmarshal(f.Data, e.Data) != nil {
		e.Data = f.Data
	}
	return e
}

// channel is the channel that a frame is about.
func (f frame) channel(a about) ID {
	switch {
	case a.ChannelID != "":
		return a.ChannelID
	case strings.HasPrefix(f.Type, "channel_"):
		return a.ID
	}
	return ""
}
