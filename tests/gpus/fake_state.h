/* What a fake driver says stands in a text file, which is read anew at each call: a line is a key, the GPU, a value.
 * Whoever includes this defines STATE, the variable that names the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024ULL * 1024ULL)
#define ASK(device, name) do { int code = answer(device, name); if (code) return code; } while (0)

static FILE *state(void) { const char *path = getenv(STATE); return path ? fopen(path, "r") : NULL; }

static long find(const char *key, int device, long otherwise) {
    char line[256], word[64]; int one; long value; FILE *file = state();
    if (!file) return otherwise;
    while (fgets(line, sizeof line, file))
        if (device < 0 ? sscanf(line, "%63s %ld", word, &value) == 2 && !strcmp(word, key)
                       : sscanf(line, "%63s %d %ld", word, &one, &value) == 3 && !strcmp(word, key) && one == device)
            otherwise = value;
    fclose(file);
    return otherwise;
}

static int answer(int device, const char *name) {
    char line[256], call[128]; int one, code, found = 0;
    while (find("hang", -1, 0)) usleep(20000);
    if (find("crash", -1, 0)) abort();
    FILE *file = state();
    if (!file) return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "error %d %127s %d", &one, call, &code) == 3 && (one == device || one == -1)
            && (!strcmp(call, name) || (!strcmp(call, "*") && device >= 0)))
            found = code;
    fclose(file);
    return found;
}

/* What a call that answers with text says: the bytes that the state has for it, else `otherwise`. */
static void say(int device, const char *name, char *text, unsigned int size, const char *otherwise) {
    char line[256], call[128], hex[128]; int one; FILE *file = state();
    snprintf(text, size, "%s", otherwise);
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "text %d %127s %127s", &one, call, hex) == 3 && one == device && !strcmp(call, name)) {
            unsigned int i = 0, byte;
            for (; i + 1 < size && sscanf(hex + 2 * i, "%2x", &byte) == 1; i++) text[i] = (char)byte;
            text[i] = 0;
        }
    if (file) fclose(file);
}
