package input

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// timeParser reads times in one format, which is written in the language of Terraform's formatdate.
type timeParser struct {
	pattern *regexp.Regexp
	// fields are what the groups of the pattern hold.
	fields []byte
	zoned  bool
}

// The fields of a time.
const (
	fieldYear      = 'Y'
	fieldShortYear = 'y'
	fieldMonth     = 'M'
	fieldMonthName = 'N'
	fieldDay       = 'D'
	fieldHour      = 'h'
	fieldHour12    = 'H'
	fieldHalf      = 'A'
	fieldMinute    = 'm'
	fieldSecond    = 's'
	fieldZone      = 'Z'
)

const (
	oneOrTwo   = `(\d{1,2})`
	two        = `(\d{2})`
	fraction   = `((?:\d{1,2})(?:[.,]\d{1,9})?)`
	fraction2  = `((?:\d{2})(?:[.,]\d{1,9})?)`
	monthNames = `((?i)Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)`
	dayNames   = `(?i:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)`
	// zones are Z, UTC and offsets. An abbreviation such as CET means different offsets in different places.
	zones = `(Z|UTC|[+-]\d{2}(?::?\d{2})?)`
)

// sequences are those of formatdate.
var sequences = map[string]struct {
	pattern string
	field   byte
}{
	"YYYY": {`(\d{4})`, fieldYear}, "YY": {two, fieldShortYear},
	"MMMM": {monthNames, fieldMonthName}, "MMM": {monthNames, fieldMonthName}, "MM": {two, fieldMonth}, "M": {oneOrTwo, fieldMonth},
	"DD": {two, fieldDay}, "D": {oneOrTwo, fieldDay}, "EEEE": {dayNames, 0}, "EEE": {dayNames, 0},
	"hh": {two, fieldHour}, "h": {oneOrTwo, fieldHour}, "HH": {two, fieldHour12}, "H": {oneOrTwo, fieldHour12},
	"AA": {`((?i)AM|PM)`, fieldHalf}, "aa": {`((?i)am|pm)`, fieldHalf},
	"mm": {two, fieldMinute}, "m": {oneOrTwo, fieldMinute}, "ss": {fraction2, fieldSecond}, "s": {fraction, fieldSecond},
	"ZZZZZ": {zones, fieldZone}, "ZZZZ": {zones, fieldZone}, "ZZZ": {zones, fieldZone}, "Z": {zones, fieldZone},
}

// newTimeParser translates a format.
func newTimeParser(format string) (*timeParser, error) {
	p := &timeParser{}
	var b strings.Builder
	b.WriteByte('^')
	has := make(map[byte]bool)
	for rest := format; rest != ""; {
		c := rest[0]
		length := 1
		switch {
		case c == '\'':
			text, after, err := quotedText(rest)
			if err != nil {
				return nil, err
			}
			b.WriteString(regexp.QuoteMeta(text))
			rest = after
			continue
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			for length < len(rest) && rest[length] == c {
				length++
			}
			sequence, known := sequences[rest[:length]]
			if !known {
				return nil, fmt.Errorf("%q is not a sequence of formatdate: write YYYY, MM, DD, hh, mm, ss and so on, and other letters in single quotes", rest[:length])
			}
			b.WriteString(sequence.pattern)
			if sequence.field != 0 {
				if has[sequence.field] {
					return nil, fmt.Errorf("%q names a part of the time that an earlier sequence names already", rest[:length])
				}
				has[sequence.field] = true
				p.fields = append(p.fields, sequence.field)
			}
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			if c >= 0x80 {
				return nil, errors.New("write letters other than the sequences in single quotes")
			}
		}
		rest = rest[length:]
	}
	b.WriteByte('$')
	year, month := has[fieldYear] || has[fieldShortYear], has[fieldMonth] || has[fieldMonthName]
	if !year || !month || !has[fieldDay] {
		return nil, errors.New("a time needs a year, a month and a day, such as YYYY-MM-DD")
	}
	if has[fieldHour12] != has[fieldHalf] {
		return nil, errors.New("the hours HH and H go from 1 to 12 and need AA; hh and h go from 0 to 23")
	}
	p.zoned = has[fieldZone]
	var err error
	p.pattern, err = regexp.Compile(b.String())
	return p, err
}

// quotedText is the literal at the start of a format; ” in it is a quote.
func quotedText(format string) (text, after string, err error) {
	var b strings.Builder
	for rest := format[1:]; ; {
		end := strings.IndexByte(rest, '\'')
		if end < 0 {
			return "", "", errors.New("a single quote is never closed")
		}
		b.WriteString(rest[:end])
		if rest = rest[end+1:]; !strings.HasPrefix(rest, "'") {
			return b.String(), rest, nil
		}
		b.WriteByte('\'')
		rest = rest[1:]
	}
}

var (
	errTimeForm = errors.New("is not in that form")
	errNoZone   = errors.New("has no time zone")
	errNoTime   = errors.New("does not exist")
	errGap      = errors.New("does not exist in the time zone: the clock skips it")
)

// parse reads a time. location is for formats without a zone, and may be nil.
func (p *timeParser) parse(text string, location *time.Location) (time.Time, error) {
	groups := p.pattern.FindStringSubmatch(text)
	if groups == nil {
		return time.Time{}, errTimeForm
	}
	var year, month, day, hour, minute, second, nano int
	half := ""
	for i, field := range p.fields {
		group := groups[i+1]
		number, _ := strconv.Atoi(group)
		switch field {
		case fieldYear:
			year = number
		case fieldShortYear:
			if year = 2000 + number; number >= 69 {
				year = 1900 + number
			}
		case fieldMonth:
			month = number
		case fieldMonthName:
			named, _ := time.Parse("Jan", group[:3])
			month = int(named.Month())
		case fieldDay:
			day = number
		case fieldHour, fieldHour12:
			hour = number
		case fieldHalf:
			half = strings.ToUpper(group)
		case fieldMinute:
			minute = number
		case fieldSecond:
			whole, part, _ := strings.Cut(strings.Replace(group, ",", ".", 1), ".")
			second, _ = strconv.Atoi(whole)
			nano, _ = strconv.Atoi((part + "000000000")[:9])
		case fieldZone:
			if location = zoneOf(group); location == nil {
				return time.Time{}, errNoTime
			}
		}
	}
	if half != "" {
		if hour < 1 || hour > 12 {
			return time.Time{}, errNoTime
		}
		if hour %= 12; half == "PM" {
			hour += 12
		}
	}
	if location == nil {
		return time.Time{}, errNoZone
	}
	exact := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	if exact.Year() != year || int(exact.Month()) != month || exact.Day() != day || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, errNoTime
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, location)
	if t.Hour() != hour || t.Minute() != minute {
		return time.Time{}, errGap
	}
	return t, nil
}

// zoneOf is the zone of Z, UTC, +01, +0100 or +01:00; nil for an offset that doesn't exist.
func zoneOf(text string) *time.Location {
	if text == "Z" || text == "UTC" {
		return time.UTC
	}
	digits := strings.ReplaceAll(text[1:], ":", "")
	hours, _ := strconv.Atoi(digits[:2])
	minutes := 0
	if len(digits) == 4 {
		minutes, _ = strconv.Atoi(digits[2:])
	}
	if hours > 23 || minutes > 59 {
		return nil
	}
	seconds := (hours*60 + minutes) * 60
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}

// likelyFormats are tried on a text to say how it might be read. D reads two digits as well as one, so that all times of a column
// get the same advice.
var likelyFormats = sync.OnceValue(func() []likelyFormat {
	var formats []likelyFormat
	for _, date := range []string{"YYYY-MM-DD", "YYYY/MM/DD", "YYYYMMDD", "D.M.YYYY", "DD.MM.YY", "D/M/YYYY", "M/D/YYYY", "DD-MM-YYYY", "MM-DD-YYYY",
		"D MMM YYYY", "DD-MMM-YYYY", "MMM D, YYYY"} {
		for _, clock := range []string{"", " hh:mm", " hh:mm:ss", "'T'hh:mm", "'T'hh:mm:ss", " h:mm", " HH:mm AA", " H:mm AA", " HH:mm:ss AA", " H:mm:ss AA"} {
			for _, zone := range []string{"", "Z", " Z"} {
				if clock == "" && zone != "" {
					continue
				}
				if parser, err := newTimeParser(date + clock + zone); err == nil {
					formats = append(formats, likelyFormat{date + clock + zone, parser})
				}
			}
		}
	}
	return formats
})

// dayBeforeMonth swaps the two in those of likelyFormats that some countries write the other way round.
var dayBeforeMonth = strings.NewReplacer("D/M", "M/D", "DD-MM", "MM-DD")

type likelyFormat struct {
	format string
	parser *timeParser
}
