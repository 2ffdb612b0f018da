package keyring

// Inserting reports whether a round of the inserter runs and how many keys
// wait for the next one.
func (r *Ring) Inserting() (running bool, queued int) {
	r.inserter.mu.Lock()
	defer r.inserter.mu.Unlock()
	return r.inserter.running, len(r.inserter.queue)
}
