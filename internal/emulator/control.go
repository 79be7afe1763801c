package emulator

import (
	"bufio"
	"net/http"
	"strings"
)

// controlPath is where test programs in another process inject faults and read the request log. It is not part of
// the API, needs no key and answers loopback clients only.
const controlPath = "/_emulator"

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request, path string) {
	// A web page in a browser on the same machine is a loopback client too, but it sends an Origin.
	if !isLoopback(hostOf(r.RemoteAddr)) || r.Header.Get("Origin") != "" {
		http.Error(w, "only for programs on this machine", http.StatusForbidden)
		return
	}
	switch r.Method + " " + strings.TrimPrefix(path, controlPath) {
	case "GET /faults":
		writeControl(w, s.faults.Snapshot())
	case "POST /faults":
		if err := s.addFaults(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case "DELETE /faults":
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	case "GET /requests":
		writeControl(w, s.Requests())
	case "DELETE /requests":
		s.ResetRequests()
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

// addFaults reads one fault a line, in the form of ParseFault; all of them or none.
func (s *Server) addFaults(r *http.Request) error {
	var faults []Fault
	lines := bufio.NewScanner(http.MaxBytesReader(nil, r.Body, maxBodyBytes))
	lines.Buffer(nil, maxBodyBytes)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		fault, err := ParseFault(lines.Text())
		if err != nil {
			return err
		}
		faults = append(faults, fault)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	for _, fault := range faults {
		if err := s.AddFault(fault); err != nil {
			return err
		}
	}
	return nil
}

func writeControl(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mustJSON(value))
}
