/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/config/scan.h"

bool
source_is_renamed(const char *name)
{
	return name[0] == '*';
}

void
source_add_part(struct source *source, unsigned line, const char *file, unsigned file_line)
{
	if (source->n_parts == source->cap_parts) {
		source->cap_parts = source->cap_parts == 0 ? 4 : source->cap_parts * 2;
		source->parts = mem_resize(
		    MEM_CONFIG, source->parts, source->cap_parts, sizeof(*source->parts));
	}
	source->parts[source->n_parts++] =
	    (struct source_part){ .line = line, .file_line = file_line, .file = file };
}

const char *
source_keep_file(struct source *source, const char *file)
{
	if (source->n_files == source->cap_files) {
		source->cap_files = source->cap_files == 0 ? 4 : source->cap_files * 2;
		source->files = mem_resize(
		    MEM_CONFIG, source->files, source->cap_files, sizeof(*source->files));
	}
	source->files[source->n_files] = mem_strdup(MEM_CONFIG, file);
	return source->files[source->n_files++];
}

const char *
source_read(const char *file, bool included, size_t room, struct str *out)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | (included ? O_NONBLOCK : 0));
	const char *why = NULL;
	char buf[4096];
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		why = "is a directory";
	else if (included && !S_ISREG(st.st_mode))
		why = "is not a regular file";
	while (why == NULL && (n = read(fd, buf, sizeof(buf))) > 0) {
		str_add_n(out, buf, (size_t)n);
		if (out->len > room)
			why = "more than 1 MB of configuration";
	}
	if (why == NULL && n < 0)
		why = strerror(errno);
	if (why == NULL && memchr(out->text, '\0', out->len) != NULL)
		why = "has a zero byte: this is not a text";
	close(fd);
	return why;
}

static void
source_init(struct source *source, const char *file)
{
	*source = (struct source){ 0 };
	str_init(&source->text, MEM_CONFIG);
	source_keep_file(source, file);
}

void
source_from_text(struct source *source, const char *text, const char *file, struct faults *faults)
{
	size_t len = strlen(text);

	source_init(source, file);
	if (len > SOURCE_BYTES_MAX) {
		faults_add(faults, 1, "more than 1 MB of configuration");
		source->broken = true;
		return;
	}
	scan_source(source, text, len, faults);
}

void
source_from_file(struct source *source, const char *file, struct faults *faults)
{
	struct str text;
	const char *why;

	source_init(source, file);
	str_init(&text, MEM_CONFIG);
	why = source_read(file, false, SOURCE_BYTES_MAX, &text);
	if (why != NULL) {
		faults_add(faults, 1, "cannot be read: %s", why);
		source->broken = true;
	} else {
		scan_source(source, text.text, text.len, faults);
	}
	str_fini(&text);
}

void
source_fini(struct source *source)
{
	str_fini(&source->text);
	mem_free(MEM_CONFIG, source->parts);
	for (size_t i = 0; i < source->n_files; i++)
		mem_free(MEM_CONFIG, source->files[i]);
	mem_free(MEM_CONFIG, source->files);
}

struct source_place
source_place(const struct source *source, unsigned line)
{
	struct source_place place = { .file = source->files[0], .line = line };

	for (size_t i = 0; i < source->n_parts && source->parts[i].line <= line; i++)
		place = (struct source_place){ .file = source->parts[i].file,
			.line = source->parts[i].file_line + line - source->parts[i].line };
	return place;
}
