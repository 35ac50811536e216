//go:build unix

package main

import (
	"context"
	"errors"
	"log/slog"
	"text/tabwriter"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/audit"
	"accord/pkg/ident"
)

type userCommand struct {
	Add           userAdd           `cmd:"" help:"Add an account."`
	List          userList          `cmd:"" help:"List the accounts."`
	ResetPassword userResetPassword `cmd:"" name:"reset-password" help:"Give an account another password, which ends its sessions."`
}

// accounts runs act in the office of accounts, as the register itself.
func (c *config) accounts(ctx context.Context, sh shell, act func(context.Context, *account.Service) error) (err error) {
	log := sh.newLog(slog.LevelWarn)
	d, err := c.joinReady(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	office, err := account.New(ctx, d.DB, account.Config{Log: log, Audit: audit.New(d.DB, 0, log)})
	if err != nil {
		return err
	}
	return act(access.System(ctx), office)
}

// user is how an account is printed for scripts.
type user struct {
	ID       ident.User   `json:"id"`
	Email    string       `json:"email"`
	Name     string       `json:"name,omitempty"`
	Role     access.Role  `json:"role"`
	Member   ident.Member `json:"member,omitempty"`
	Post     access.Post  `json:"post,omitempty"`
	Disabled bool         `json:"disabled"`
}

func userOf(u account.User) user {
	return user{ID: u.ID, Email: u.Email, Name: u.Name, Role: u.Role, Member: u.Member, Post: u.Post, Disabled: u.Disabled}
}

type userAdd struct {
	Email         string `required:"" help:"The address that the person signs in with."`
	Name          string `help:"The person's name; the address if none is given."`
	Role          string `required:"" enum:"admin,staff,member,analyst" help:"admin, staff, member or analyst."`
	Member        int64  `placeholder:"NUMBER" help:"For the role member: its register number."`
	Post          string `enum:",editor,approver" default:"" help:"For the role member: editor or approver."`
	PasswordStdin bool   `required:"" help:"Read the password from the input."`
	JSON          bool   `help:"Print JSON."`
}

func (c userAdd) Run(ctx context.Context, sh shell, cfg *config) error {
	password, err := sh.secret()
	if err != nil {
		return err
	}
	if c.Name == "" {
		c.Name = c.Email
	}
	return cfg.accounts(ctx, sh, func(ctx context.Context, office *account.Service) error {
		added, err := office.AddUser(ctx, account.NewUser{
			Email: c.Email, Name: c.Name, Role: access.Role(c.Role),
			Member: ident.Member(c.Member), Post: access.Post(c.Post), Password: password,
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return sh.json(userOf(added))
		}
		return sh.print("Added %s %s, %s.\n", added.Role, added.Email, added.ID)
	})
}

type userList struct {
	Role   string `enum:",admin,staff,member,analyst" default:"" help:"Only accounts of this role."`
	Member int64  `placeholder:"NUMBER" help:"Only accounts of this member."`
	JSON   bool   `help:"Print JSON."`
}

func (c userList) Run(ctx context.Context, sh shell, cfg *config) error {
	return cfg.accounts(ctx, sh, func(ctx context.Context, office *account.Service) error {
		users := []user{}
		query := account.UserQuery{Role: access.Role(c.Role), Member: ident.Member(c.Member), Limit: 200}
		for more := true; more; more = query.After != "" {
			page, err := office.Users(ctx, query)
			if err != nil {
				return err
			}
			for _, u := range page.Users {
				users = append(users, userOf(u))
			}
			query.After = page.Next
		}
		if c.JSON {
			return sh.json(users)
		}
		return sh.table(users)
	})
}

func (sh shell) table(users []user) error {
	aligned := shell{out: tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)}
	err := aligned.print("EMAIL\tROLE\tMEMBER\tPOST\tDISABLED\tNAME\n")
	for _, u := range users {
		member, disabled := "", ""
		if u.Member != 0 {
			member = u.Member.String()
		}
		if u.Disabled {
			disabled = "yes"
		}
		err = errors.Join(err, aligned.print("%s\t%s\t%s\t%s\t%s\t%s\n", u.Email, u.Role, member, u.Post, disabled, u.Name))
	}
	return errors.Join(err, aligned.out.(*tabwriter.Writer).Flush())
}

type userResetPassword struct {
	Email         string `required:"" help:"The account's address."`
	PasswordStdin bool   `required:"" help:"Read the new password from the input."`
}

func (c userResetPassword) Run(ctx context.Context, sh shell, cfg *config) error {
	password, err := sh.secret()
	if err != nil {
		return err
	}
	return cfg.accounts(ctx, sh, func(ctx context.Context, office *account.Service) error {
		u, err := office.UserByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		if err := office.ResetPassword(ctx, u.ID, password); err != nil {
			return err
		}
		return sh.print("The password of %s is changed; its sessions have ended.\n", u.Email)
	})
}
