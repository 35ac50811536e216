package server

import (
	"net/http"

	"accord/pkg/fault"
)

// answer is how a kind of fault is told: its status, and the phrase that titles it.
type answer struct {
	status int
	title  string
}

// answerTo is the one table from fault to status.
func answerTo(kind fault.Kind) answer {
	switch kind {
	case fault.Malformed:
		return answer{http.StatusBadRequest, "title_bad_request"}
	case fault.Invalid:
		return answer{http.StatusUnprocessableEntity, "title_invalid"}
	case fault.Unauthenticated:
		return answer{http.StatusUnauthorized, "title_unauthenticated"}
	case fault.Forbidden:
		return answer{http.StatusForbidden, "title_forbidden"}
	case fault.NotFound:
		return answer{http.StatusNotFound, "title_not_found"}
	case fault.MethodNotAllowed:
		return answer{http.StatusMethodNotAllowed, "title_method_not_allowed"}
	case fault.Conflict:
		return answer{http.StatusConflict, "title_conflict"}
	case fault.Stale:
		return answer{http.StatusPreconditionFailed, "title_stale"}
	case fault.TooLarge:
		return answer{http.StatusRequestEntityTooLarge, "title_too_large"}
	case fault.MediaType:
		return answer{http.StatusUnsupportedMediaType, "title_media_type"}
	case fault.PreconditionRequired:
		return answer{http.StatusPreconditionRequired, "title_precondition_required"}
	case fault.RateLimited:
		return answer{http.StatusTooManyRequests, "title_rate_limited"}
	case fault.Unavailable:
		return answer{http.StatusServiceUnavailable, "title_unavailable"}
	case fault.Internal:
	}
	return answer{http.StatusInternalServerError, "title_internal"}
}
