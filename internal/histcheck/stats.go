package histcheck

// Stats counts what a history holds. A run that is to prove something about
// crashes should have seen unknown outcomes and repeats.
type Stats struct {
	Sends    int // attempts, the sum of OK, Unknown and Fail
	OK       int
	Unknown  int
	Fail     int
	Keys     int // different messages that clients tried to send
	Repeats  int // attempts beyond the first of their key
	Replayed int // acknowledgements marked as repeats
	Pages    int
	Channels int // channels with a final order
	Stored   int // messages in all final orders
}

// Stats counts the operations recorded so far.
func (h *History) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := Stats{Sends: len(h.sends), Pages: len(h.pages), Channels: len(h.finals)}
	type key struct{ channel, client, key string }
	keys := make(map[key]bool)
	for _, a := range h.sends {
		keys[key{a.Channel, a.Client, a.Key}] = true
		switch a.Outcome {
		case OK:
			s.OK++
		case Fail:
			s.Fail++
		default:
			s.Unknown++
		}
		if a.Replayed {
			s.Replayed++
		}
	}
	s.Keys = len(keys)
	s.Repeats = s.Sends - s.Keys
	for _, messages := range h.finals {
		s.Stored += len(messages)
	}
	return s
}
