//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// fallback is where root puts a cluster whose data folder lies below a folder
// that the server's user cannot pass through, such as /root.
const fallback = "/var/lib/accord"

// elsewhere is the link in a data folder that leads to such a cluster's home.
const elsewhere = "elsewhere"

// cluster is the folder of the home that PostgreSQL itself owns.
const cluster = "postgres"

// place is where a private PostgreSQL lives.
type place struct {
	data string // the data folder, as configured
	home string // where cluster, socket, locks and log are: data, or what data/elsewhere leads to
	user user   // as whom the server runs
}

func (p place) path(name string) string { return filepath.Join(p.home, name) }

// made tells whether the place has a cluster.
func (p place) made() bool {
	_, err := os.Stat(filepath.Join(p.home, cluster, "PG_VERSION"))
	return err == nil
}

// find looks where the data folder's server lives, without making anything.
func find(data string) (place, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return place{}, err
	}
	if real, err := filepath.EvalSymlinks(data); err == nil {
		data = real // a socket's path must be short, and links in it would be followed by another user
	}
	p := place{data: data, home: data}
	switch home, err := os.Readlink(filepath.Join(data, elsewhere)); {
	case err == nil:
		p.home = home
	case !errors.Is(err, fs.ErrNotExist):
		return place{}, p.refused(err)
	}
	p.user, err = userOf(filepath.Join(p.home, cluster))
	return p, err
}

// settle finds the place and makes its folder if it is missing. It refuses
// with *Trouble when the folder is another user's.
func settle(cfg Config) (place, error) {
	if cfg.Data == "" {
		return place{}, &Trouble{What: "no data folder is named", Mend: "set ACCORD_DATA"}
	}
	if err := os.MkdirAll(cfg.Data, 0o711); err != nil {
		return place{}, &Trouble{
			What: "the data folder cannot be made", Err: err,
			Mend: "set ACCORD_DATA to a folder that you may write to",
		}
	}
	p, err := find(cfg.Data)
	if err != nil || p.made() || p.home != p.data || !p.user.dropped {
		return p, err
	}
	if err := p.admit(); err != nil {
		return place{}, err
	}
	if p.user.reaches(p.home) {
		return p, nil
	}
	return p.moved(cfg)
}

// admit lets the server's user pass through a data folder that holds nothing
// but our own, such as one fresh from mktemp.
func (p place) admit() error {
	entries, err := os.ReadDir(p.home)
	if err != nil {
		return p.refused(err)
	}
	for _, e := range entries {
		ours := strings.HasSuffix(e.Name(), ".lock") || strings.HasPrefix(e.Name(), cluster) || e.Name() == "evidence" // which is closed itself
		if !ours {
			return nil
		}
	}
	info, err := os.Stat(p.home)
	if err != nil {
		return p.refused(err)
	}
	if info.Mode()&0o001 != 0 {
		return nil
	}
	if err := os.Chmod(p.home, info.Mode().Perm()|0o111); err != nil {
		return p.refused(err)
	}
	return nil
}

// moved makes a home below the fallback and links the data folder to it.
func (p place) moved(cfg Config) (place, error) {
	trouble := &Trouble{
		What: fmt.Sprintf("user %s cannot pass through to %s, nor is %s of use", p.user.name, p.data, fallback),
		Mend: "set ACCORD_DATA to a folder whose parents are open to everyone, such as one below /srv",
	}
	if trouble.Err = os.MkdirAll(fallback, 0o711); trouble.Err != nil {
		return place{}, trouble
	}
	home, err := os.MkdirTemp(fallback, "data-")
	if err != nil {
		trouble.Err = err
		return place{}, trouble
	}
	err = os.Chmod(home, 0o711)
	if err == nil && p.user.reaches(home) {
		err = os.Symlink(home, filepath.Join(p.data, elsewhere))
		if err == nil {
			cfg.log().Info("the database lives elsewhere, since its user cannot pass through to the data folder",
				"user", p.user.name, "data", p.data, "home", home)
			p.home = home
			return p, nil
		}
	}
	if removed := os.Remove(home); removed == nil && errors.Is(err, fs.ErrExist) {
		return find(p.data) // another process was first
	}
	trouble.Err = err
	return place{}, trouble
}

// own gives a file that root made in the home to the home's owner, so that the
// owner can go on without root.
func (p place) own(name string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(p.home)
	if err != nil {
		return p.refused(err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if err := os.Lchown(p.path(name), int(owner.Uid), int(owner.Gid)); err != nil {
		return p.refused(err)
	}
	return nil
}

// refused explains an error of the file system in the home.
func (p place) refused(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return &Trouble{
		What: "this user may not use the data folder " + p.data, Err: err,
		Mend: "run as the user who owns it or as root, or set ACCORD_DATA to a folder of your own",
	}
}
