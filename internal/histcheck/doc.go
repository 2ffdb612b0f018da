// Package histcheck judges what clients of a chat server experienced against
// what the server kept. Clients record their sends and the pages they were
// shown in a History; at the end the whole of each channel is read and added
// as its final order; Check then names every promise that was broken.
//
// The package knows nothing of the server it judges. It keeps no model of it
// either, only the rules a reader could state in a sentence:
//
//   - an acknowledged send is stored exactly once, one of unknown outcome at
//     most once, a refused one never, and nothing else is stored;
//   - a message acknowledged or shown before another was first sent precedes
//     it in the final order, and ids rise along that order;
//   - an acknowledgement names the id under which that very body is stored,
//     and a repeat of a key names the same id again;
//   - a page is a contiguous piece of the final order, starting at its cursor.
//     It may have been read a moment ago, so the newest messages may be absent,
//     but not those that its reader sent or saw earlier;
//   - has_more tells the truth.
//
// Messages are recognised by their body, which must be unique to a client and
// a key: build it with Body. Channels under test must see no edits and no
// deletions. All rules together take O(n log n) time.
package histcheck
