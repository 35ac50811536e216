//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	osuser "os/user"
	"strconv"
	"syscall"
)

// user is as whom the server's processes run.
type user struct {
	name     string
	uid, gid uint32
	dropped  bool // this process is root, the server's are not
}

// userOf gives the user for the cluster in dir: this process's own, unless it
// is root, whom PostgreSQL refuses; then the cluster's owner, else postgres,
// else nobody. It refuses with *Trouble a cluster that is somebody else's.
func userOf(dir string) (user, error) {
	uid := os.Geteuid()
	owner, exists, err := ownerOf(dir)
	switch {
	case err != nil:
		return user{}, err
	case uid != 0 && exists && owner.uid != uint32(uid):
		return user{}, &Trouble{
			What: fmt.Sprintf("the database in %s belongs to user %s", dir, owner.name),
			Mend: "run as that user or as root, or set ACCORD_DATA to a folder of your own",
		}
	case uid != 0:
		return user{name: nameOf(uint32(uid)), uid: uint32(uid), gid: uint32(os.Getegid())}, nil
	case exists && owner.uid == 0:
		return user{}, &Trouble{
			What: fmt.Sprintf("the database in %s belongs to root, whom PostgreSQL refuses", dir),
			Mend: "chown -R postgres " + dir,
		}
	case exists:
		owner.dropped = true
		return owner, nil
	}
	return unprivileged()
}

// ownerOf gives the owner of a folder, and whether there is such a folder.
func ownerOf(dir string) (user, bool, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return user{}, false, nil
	}
	if err != nil {
		return user{}, false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return user{}, false, fmt.Errorf("stat %s: no owner", dir)
	}
	return user{name: nameOf(stat.Uid), uid: stat.Uid, gid: stat.Gid}, true, nil
}

// unprivileged gives the user that root drops to for a new cluster.
func unprivileged() (user, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if uerr == nil && gerr == nil && uid != 0 {
			return user{name: name, uid: uint32(uid), gid: uint32(gid), dropped: true}, nil
		}
	}
	return user{}, &Trouble{
		What: "PostgreSQL does not run as root, and there is neither a user postgres nor nobody",
		Mend: "useradd --system postgres",
	}
}

func nameOf(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := osuser.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// command prepares a program to run as the user. The environment is made anew:
// PGOPTIONS and its kin must not reach a server that is ours.
func (u user) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if u.dropped {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: u.uid, Gid: u.gid}
	}
	return cmd
}

// reaches tells whether the user can pass through to dir, by trying: mode
// bits are not the whole truth where there are access lists.
func (u user) reaches(dir string) bool {
	return u.command(dir, "/bin/sh", "-c", ":").Run() == nil
}

// take gives a folder to the user, for it alone.
func (u user) take(dir string) error {
	if u.dropped {
		if err := os.Lchown(dir, int(u.uid), int(u.gid)); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o700)
}
