/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the operator's files to one text that libconfig parses without surprises.
 *
 * libconfig 1.5 is the grammar and the tree, but left alone it loses what an operator must be told:
 *
 *   - an integer above 2^31-1 without the suffix L is cut to 32 bits, so AS 4200000000 becomes
 *     another one. Here every integer is rewritten as a 64-bit one (clamped, which no setting's
 *     range takes).
 *   - it stops at the first duplicate name and at the first mixed array. Here duplicates are
 *     reported and renamed, and arrays become lists, whose elements the schema checks one by one:
 *     the other faults of the file are still found.
 *   - an unterminated comment swallows the rest of the file, a zero byte ends it.
 *   - an @include of a directory ends the process; the path is relative to the working directory.
 *     Here @include is expanded, relative to the file that has it, and only regular files will do.
 *   - a string where none can be is leaked.
 *   - an open bracket is reported at the end of the file, not where it was opened.
 *
 * One pass over the bytes that knows strings, comments, names, numbers and brackets, and nothing of
 * the grammar: that stays libconfig's. Newlines are kept, so a line of the prepared text is a line
 * of some file; `parts` says which.
 *
 * Cost: linear, but for the duplicate check, which is quadratic in the settings of one group (at
 * most SOURCE_NAMES_MAX).
 */
#include "control/config/scan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An open bracket, and where the names of its group begin on the stack of names. */
struct scope {
	char open;
	unsigned line;
	size_t first_name;
};

/* A setting's name: its place in the prepared text. */
struct name {
	size_t offset, len;
};

struct scanner {
	struct source *source;
	struct faults *faults;
	struct scope scopes[SOURCE_NESTING_MAX + 1]; /* [0] is the file's own group */
	size_t depth;
	struct name *names;
	size_t n_names, cap_names;
	unsigned line; /* of the prepared text */
	unsigned includes;
	size_t bytes;   /* read so far */
	bool too_deep;  /* files inside files: no more of them */
	char last;      /* first byte of the last token: '"' for a string; 0 at the beginning */
	size_t pending; /* newlines not written yet, see newline() */
};

/* What is being read. */
struct input {
	const char *pos, *end;
	const char *file;
	unsigned line;   /* of the file */
	bool line_start; /* only blanks since the last newline */
};

static void scan(struct scanner *s, const char *text, size_t len, const char *file);

static void
broken(struct scanner *s)
{
	s->source->broken = true;
}

/*
 * A newline between tokens. libconfig looks behind a string for another that goes on with it, and
 * takes the line of what it finds for that of an array's element: so the newlines after a string
 * are written when the next token is known, and behind it if it is a ',' or a closing bracket.
 */
static void
newline(struct scanner *s)
{
	s->line++;
	if (s->last == '"')
		s->pending++;
	else
		str_add(&s->source->text, "\n");
}

static void
write_pending(struct scanner *s)
{
	for (; s->pending > 0; s->pending--)
		str_add(&s->source->text, "\n");
}

/* Copy a token of n bytes, counting its newlines. */
static void
copy(struct scanner *s, struct input *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (in->pos[i] == '\n') {
			s->line++;
			in->line++;
		}
	}
	str_add_n(&s->source->text, in->pos, n);
	in->pos += n;
}

/* Step over n bytes between tokens, keeping only their newlines. */
static void
blank(struct scanner *s, struct input *in, size_t n)
{
	str_add(&s->source->text, " ");
	for (size_t i = 0; i < n; i++) {
		if (in->pos[i] == '\n') {
			in->line++;
			newline(s);
		}
	}
	in->pos += n;
}

static bool
looking_at(const struct input *in, const char *token)
{
	size_t n = strlen(token);

	return (size_t)(in->end - in->pos) >= n && memcmp(in->pos, token, n) == 0;
}

/* --- tokens --- */

static size_t
to_line_end(const struct input *in)
{
	const char *newline = memchr(in->pos, '\n', (size_t)(in->end - in->pos));

	return (size_t)((newline != NULL ? newline : in->end) - in->pos);
}

/* Step over a comment; false if there is none. */
static bool
scan_comment(struct scanner *s, struct input *in)
{
	const char *close;

	if (*in->pos == '#' || looking_at(in, "//")) {
		blank(s, in, to_line_end(in));
		return true;
	}
	if (!looking_at(in, "/*"))
		return false;
	close = memmem(in->pos + 2, (size_t)(in->end - in->pos - 2), "*/", 2);
	if (close == NULL) {
		faults_add(s->faults, s->line, "this comment has no end");
		broken(s);
		close = in->end - 2;
	}
	blank(s, in, (size_t)(close + 2 - in->pos));
	return true;
}

/* True where what comes next is a value. */
static bool
value_expected(const struct scanner *s)
{
	if (s->last == '=' || s->last == ':' || s->last == '"')
		return true;
	return s->scopes[s->depth].open != '{' &&
	       (s->last == ',' || s->last == s->scopes[s->depth].open);
}

static void
scan_string(struct scanner *s, struct input *in)
{
	const char *p = in->pos + 1;

	if (!value_expected(s)) {
		faults_add(s->faults, s->line, "syntax error: no string can be here");
		broken(s);
	}
	while (p < in->end && *p != '"')
		p += *p == '\\' && p + 1 < in->end ? 2 : 1;
	if (p >= in->end) {
		faults_add(s->faults, s->line, "this string has no end");
		broken(s);
		p = in->end - 1;
	}
	copy(s, in, (size_t)(p + 1 - in->pos));
}

/* Length of the integer at p (sign, decimal or hexadecimal digits, L suffix); 0 if it is none or
 * goes on as a real number. */
static size_t
integer_length(const char *p, const char *end, bool *hex)
{
	const char *start = p;

	if (p < end && (*p == '+' || *p == '-'))
		p++;
	*hex = end - p > 2 && p == start && p[0] == '0' && (p[1] == 'x' || p[1] == 'X') &&
	       isxdigit((unsigned char)p[2]);
	if (*hex)
		p += 2;
	else if (p >= end || !isdigit((unsigned char)*p))
		return 0;
	while (p < end && (*hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)))
		p++;
	if (p < end && !*hex && (*p == '.' || *p == 'e' || *p == 'E'))
		return 0;
	for (int i = 0; i < 2 && p < end && *p == 'L'; i++)
		p++;
	return (size_t)(p - start);
}

static void
scan_number(struct scanner *s, struct input *in)
{
	bool hex;
	size_t n = integer_length(in->pos, in->end, &hex);
	const char *digits;
	char number[32];

	if (n == 0) { /* a real number, or no number: libconfig's to say */
		do
			n++;
		while (in->pos + n < in->end && strchr("0123456789.eE+-", in->pos[n]) != NULL);
		copy(s, in, n);
		return;
	}
	digits = in->pos + (hex ? 2 : in->pos[0] == '+' || in->pos[0] == '-');
	while (*digits == '0' && digits < in->pos + n - 1)
		digits++;
	/* As much of it as strtoll() needs to see that it is too large. */
	snprintf(number, sizeof(number), "%s%.*s", in->pos[0] == '-' ? "-" : "",
	    (int)(in->pos + n - digits), digits);
	str_addf(&s->source->text, "%lldL", strtoll(number, NULL, hex ? 16 : 10));
	in->pos += n;
}

/* True if the name is already on top of the stack, in the group we are in. */
static bool
name_taken(const struct scanner *s, const char *name, size_t len)
{
	for (size_t i = s->scopes[s->depth].first_name; i < s->n_names; i++)
		if (s->names[i].len == len &&
		    memcmp(s->source->text.text + s->names[i].offset, name, len) == 0)
			return true;
	return false;
}

static void
push_name(struct scanner *s, size_t len)
{
	if (s->n_names - s->scopes[s->depth].first_name >= SOURCE_NAMES_MAX) {
		if (!s->source->broken)
			faults_add(s->faults, s->line, "more than %d settings in one group",
			    SOURCE_NAMES_MAX);
		broken(s);
		return;
	}
	if (s->n_names == s->cap_names) {
		s->cap_names = s->cap_names == 0 ? 64 : s->cap_names * 2;
		s->names = mem_resize(MEM_CONFIG, s->names, s->cap_names, sizeof(*s->names));
	}
	s->names[s->n_names++] = (struct name){ .offset = s->source->text.len, .len = len };
}

static void
scan_name(struct scanner *s, struct input *in)
{
	const char *p = in->pos;
	char open = s->scopes[s->depth].open;
	size_t len = 1;
	bool star;

	while (p + len < in->end && (isalnum((unsigned char)p[len]) || strchr("-_*", p[len])))
		len++;
	star = memchr(p, '*', len) != NULL;
	if (open != '{' || s->last == '=' || s->last == ':') { /* true or false */
		copy(s, in, len);
	} else if (star || name_taken(s, p, len)) {
		faults_add(s->faults, s->line,
		    star ? "unknown setting '%.*s'" : "'%.*s' is set twice in one group",
		    (int)size_min(len, 64), p);
		str_addf(&s->source->text, "*%zu", s->source->text.len);
		in->pos += len;
	} else {
		push_name(s, len);
		copy(s, in, len);
	}
}

static void
open_bracket(struct scanner *s, struct input *in)
{
	char c = *in->pos++;

	if (s->depth == SOURCE_NESTING_MAX) {
		if (!s->source->broken)
			faults_add(s->faults, s->line, "more than %d brackets inside each other",
			    SOURCE_NESTING_MAX);
		broken(s);
		return;
	}
	s->scopes[++s->depth] =
	    (struct scope){ .open = c, .line = s->line, .first_name = s->n_names };
	str_add(&s->source->text, c == '{' ? "{" : "(");
}

static void
close_bracket(struct scanner *s, struct input *in)
{
	const struct scope *scope = &s->scopes[s->depth];
	char c = *in->pos++;
	char open = c == '}' ? '{' : c == ']' ? '[' : '(';

	if (s->source->broken)
		return;
	if (s->depth == 0 || scope->open != open) {
		if (s->depth == 0)
			faults_add(s->faults, s->line, "'%c' without '%c'", c, open);
		else
			faults_add(s->faults, s->line, "'%c' where '%c' is still open (line %u)", c,
			    scope->open, source_place(s->source, scope->line).line);
		broken(s);
		return;
	}
	s->n_names = scope->first_name;
	s->depth--;
	str_add(&s->source->text, c == '}' ? "}" : ")");
}

/* --- files --- */

/* `name` relative to the directory of `file`. */
static void
resolve(const char *file, const char *name, size_t len, struct str *out)
{
	const char *slash = strrchr(file, '/');

	if (len > 0 && name[0] != '/' && slash != NULL)
		str_add_n(out, file, (size_t)(slash + 1 - file));
	str_add_n(out, name, len);
}

static void
include(struct scanner *s, struct input *in, const char *name, size_t len)
{
	struct str path, text;
	const char *why;

	str_init(&path, MEM_CONFIG);
	str_init(&text, MEM_CONFIG);
	resolve(in->file, name, len, &path);
	why = s->includes == SOURCE_INCLUDES_MAX
		  ? "too many files inside each other"
		  : source_read(path.text, true, SOURCE_BYTES_MAX - s->bytes, &text);
	if (why != NULL) {
		faults_add(s->faults, s->line, "@include \"%s\": %s", path.text, why);
		broken(s);
	} else {
		s->includes++;
		scan(s, text.text, text.len, source_keep_file(s->source, path.text));
		s->includes--;
		source_add_part(s->source, s->line, in->file, in->line);
	}
	str_fini(&path);
	str_fini(&text);
}

/* A line `@include "FILE"`, with nothing else on it but a comment. */
static void
scan_include(struct scanner *s, struct input *in)
{
	static const char word[] = "@include";
	const char *line_end = in->pos + to_line_end(in);
	const char *p = in->pos + strlen(word);
	const char *name, *close;

	while (p < line_end && isblank((unsigned char)*p))
		p++;
	name = p + 1;
	close = p < line_end && *p == '"' ? memchr(name, '"', (size_t)(line_end - name)) : NULL;
	if (close == NULL) {
		faults_add(s->faults, s->line, "@include wants a file name in quotes");
		broken(s);
		blank(s, in, (size_t)(line_end - in->pos));
		return;
	}
	if (!s->too_deep)
		include(s, in, name, (size_t)(close - name));
	in->pos = close + 1;
}

/* --- the pass --- */

static void
scan_token(struct scanner *s, struct input *in)
{
	char c = *in->pos;

	if (c != ',' && c != ')' && c != ']')
		write_pending(s);
	if (in->line_start && looking_at(in, "@include")) {
		scan_include(s, in);
	} else if (c == '"') {
		scan_string(s, in);
	} else if (isalpha((unsigned char)c) || c == '*') {
		scan_name(s, in);
	} else if (isdigit((unsigned char)c) || c == '+' || c == '-' || c == '.') {
		scan_number(s, in);
	} else if (c == '{' || c == '[' || c == '(') {
		open_bracket(s, in);
	} else if (c == '}' || c == ']' || c == ')') {
		close_bracket(s, in);
	} else {
		copy(s, in, 1);
	}
	s->last = c;
	if (c != '"')
		write_pending(s);
}

static void
scan(struct scanner *s, const char *text, size_t len, const char *file)
{
	struct input in = {
		.pos = text, .end = text + len, .file = file, .line = 1, .line_start = true
	};

	s->bytes += len;
	source_add_part(s->source, s->line, file, 1);
	while (in.pos < in.end) {
		if (*in.pos == '\n') {
			blank(s, &in, 1);
			in.line_start = true;
		} else if (isspace((unsigned char)*in.pos)) {
			blank(s, &in, 1);
		} else if (!scan_comment(s, &in)) {
			scan_token(s, &in);
			in.line_start = false;
		}
	}
	newline(s); /* whatever follows an included file begins on a line of its own */
}

static void
check_closed(struct scanner *s)
{
	if (s->source->broken)
		return;
	for (; s->depth > 0; s->depth--) {
		faults_add(s->faults, s->scopes[s->depth].line, "'%c' is never closed",
		    s->scopes[s->depth].open);
		broken(s);
	}
}

void
scan_source(struct source *source, const char *text, size_t len, struct faults *faults)
{
	struct scanner s = {
		.source = source, .faults = faults, .scopes = { { .open = '{' } }, .line = 1
	};

	scan(&s, text, len, source->files[0]);
	check_closed(&s);
	mem_free(MEM_CONFIG, s.names);
}
