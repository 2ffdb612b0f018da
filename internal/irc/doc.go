// Package irc reads logs of IRC channels, one JSON object a line, and says
// which commands of an import they mean: rooms, people who come, talk, answer,
// change their nick and leave.
package irc
