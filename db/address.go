package db

import (
	"errors"
	"net/url"
	"strings"

	"github.com/lib/pq"
)

// Address gives the address of a database in the form that the driver reads.
// PostgreSQL's own programs take several hosts as postgres://a:5432,b:5433/name
// and a socket's folder as %2Fvar%2Frun; the driver takes either in the query
// only.
//
// It refuses what cannot be read as an address. The error does not show it,
// since it may hold a password.
func Address(text string) (string, error) {
	scheme, _, isURL := strings.Cut(text, "://")
	if isURL {
		if scheme != "postgres" && scheme != "postgresql" {
			return "", errors.New("it does not begin with postgres://")
		}
		spread, err := spreadHosts(text)
		if err != nil {
			return "", err
		}
		text = spread
	}
	_, err := pq.NewConnector(text)
	switch {
	case err == nil:
		return text, nil
	case isURL: // what is wrong is a value of the query
		return "", err
	default: // the driver's error would show all of it
		return "", errors.New("it is neither postgres://… nor a list of key=value")
	}
}

// spreadHosts moves the hosts of a URL into its query, if net/url or the
// driver would not understand them where they stand.
func spreadHosts(text string) (string, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	hosts := authority[strings.LastIndex(authority, "@")+1:]
	listed := strings.ContainsAny(hosts, ",%")
	if listed {
		text = scheme + "://" + strings.TrimSuffix(authority, hosts) + rest[len(authority):]
	}
	address, err := url.Parse(text)
	if err != nil {
		return "", errors.New("it is no URL; in a user or a password, signs such as @ : / ? # % and blanks are written as %40 and the like")
	}
	if !listed {
		return text, nil
	}
	query := address.Query()
	if err := listHosts(query, hosts); err != nil {
		return "", err
	}
	address.RawQuery = query.Encode()
	return address.String(), nil
}

// listHosts puts the hosts and their ports into the query.
func listHosts(query url.Values, hosts string) error {
	var names, ports []string
	numbered := false
	for host := range strings.SplitSeq(hosts, ",") {
		name, port := host, "5432"
		if i := strings.LastIndex(host, ":"); i > strings.LastIndex(host, "]") {
			name, port, numbered = host[:i], host[i+1:], true
		}
		name, err := url.PathUnescape(strings.Trim(name, "[]"))
		if err != nil || name == "" || strings.ContainsRune(name, ',') {
			return errors.New("its hosts do not have the form one:5432,other:5432")
		}
		names, ports = append(names, name), append(ports, port)
	}
	query.Set("host", strings.Join(names, ","))
	if numbered {
		query.Set("port", strings.Join(ports, ","))
	}
	return nil
}
