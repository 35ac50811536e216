package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func TestThereIsNoSecondDirectory(t *testing.T) {
	t.Parallel()
	is(t, misled(t, false), "a.docx", "", "file_archive_unsafe")
	is(t, misled(t, true), "a.docx", "", "file_archive_unsafe")
}

// misled is an archive whose directory is of 65,535 octets, for which some look
// for another one by ZIP64 (Go's archive/zip too), and of which the last octets
// lead them to one that shows an innocent document.
func misled(t *testing.T, commented bool) []byte {
	t.Helper()
	innocent := office(t, "word/document.xml")
	first, end := directory(t, innocent)
	var out bytes.Buffer
	out.Write(innocent[:end]) // with the innocent directory
	end64 := out.Len()
	le := binary.LittleEndian
	record := append([]byte("PK\x06\x06"), make([]byte, 52)...)
	le.PutUint64(record[4:], 44)
	le.PutUint64(record[24:], 3)
	le.PutUint64(record[32:], 3)
	le.PutUint64(record[40:], uint64(end-first))
	le.PutUint64(record[48:], uint64(first))
	out.Write(record)
	const size = 1<<16 - 1
	seen := out.Len()
	head := append([]byte("PK\x01\x02"), make([]byte, 42)...)
	name := "word/vbaProject.bin"
	comment := size - len(head) - len(name)
	le.PutUint16(head[28:], uint16(len(name)))
	le.PutUint16(head[32:], uint16(comment))
	locator := append([]byte("PK\x06\x07"), make([]byte, 16)...)
	le.PutUint64(locator[8:], uint64(end64))
	le.PutUint32(locator[16:], 1)
	out.Write(head)
	out.WriteString(name + strings.Repeat(" ", comment-len(locator)))
	out.Write(locator)
	tail := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	le.PutUint16(tail[8:], 1)
	le.PutUint16(tail[10:], 1)
	le.PutUint32(tail[12:], size)
	le.PutUint32(tail[16:], uint32(seen))
	if commented {
		le.PutUint16(tail[20:], 1<<16-1)
		tail = append(tail, bytes.Repeat([]byte(" "), 1<<16-1)...)
	}
	out.Write(tail)
	if read, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil || len(read.File) != 3 {
		t.Fatalf("it is read otherwise: %v", err)
	}
	return out.Bytes()
}
