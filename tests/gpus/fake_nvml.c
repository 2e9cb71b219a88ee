/* A libnvidia-ml.so.1 without GPUs, loaded by the real pynvml. Whatever it says is in the text file that
 * FAKE_NVML_STATE names, which is read anew at each call, so that a test can change the GPUs while they are read:
 *
 *   count 2             how many GPUs there are
 *   hang 1              calls do not return while this is there
 *   crash 1             the next call ends the process
 *   util 0 37           the rate of GPU 0; likewise temp, used (MiB), fan, power (mW), mig, reasons
 *   burst 0 80          what every second sample of GPU 0's buffer says, the others 0; without it there is no buffer
 *   ecc 0 3             uncorrected errors of GPU 0; likewise pcie (KiB/s) and nvlink (KiB counted); none without it
 *   process 0 4711 512  a process on GPU 0 with 512 MiB; -1 MiB is "not available"; likewise graphics and mps
 *   crowd 0 10000       so many more processes on GPU 0
 *   total 0 81920       its memory (MiB); likewise limit (°C), powerlimit (mW), clock (MHz)
 *   text 0 nvmlDeviceGetName 47505520ff     the bytes, in hex, that this call answers with
 *   mig 0 1             GPU 0 is split; parts 0 7: into as many places, each an instance of its own
 *   gi 10003 5          the number of the instance at place 3 of GPU 0 (20003: of GPU 1), by itself 3; likewise ci. That
 *                       number is its GPU's in all lines here: used 10003 512, process 10003 4711 64, error 10003 …
 *   error 0 nvmlDeviceGetPowerUsage 15    what that call answers for GPU 0; -1 is any GPU, and calls without one
 */
#define STATE "FAKE_NVML_STATE"
#include "fake_state.h"
#include <sys/time.h>

#define INDEX(handle) ((int)(long)(handle) - 1)
#define PART(gpu, place) (10000 * ((gpu) + 1) + (place))
#define WHOLE(handle) do { if (INDEX(handle) >= 10000) return 3; } while (0)

typedef struct { unsigned int pid; unsigned long long used; unsigned int instance, compute; } Process;
typedef struct { unsigned long long at; union { double d; unsigned int ui; } value; } Sample;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned int version; unsigned long long total, reserved, free, used; } MemoryV2;

int nvmlInitWithFlags(unsigned int flags) { ASK(-1, "nvmlInit"); return 0; }
int nvmlShutdown(void) { return answer(-1, "nvmlShutdown"); }
const char *nvmlErrorString(int code) { return code == 999 ? "Unknown Error" : "An error of the fake"; }
int nvmlSystemGetDriverVersion(char *text, unsigned int size) {
    ASK(-1, "nvmlSystemGetDriverVersion"); say(-1, "nvmlSystemGetDriverVersion", text, size, "Fake 1.0"); return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) {
    ASK(-1, "nvmlDeviceGetCount"); *count = find("count", -1, 0); return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    ASK((int)index, "nvmlDeviceGetHandleByIndex"); *handle = (void *)(long)(index + 1); return 0; }
int nvmlDeviceGetName(void *gpu, char *text, unsigned int size) {
    char own[64]; snprintf(own, sizeof own, INDEX(gpu) < 10000 ? "Fake GPU %d" : "Fake GPU %d MIG 1g.10gb",
                           INDEX(gpu) < 10000 ? INDEX(gpu) : INDEX(gpu) / 10000 - 1);
    ASK(INDEX(gpu), "nvmlDeviceGetName"); say(INDEX(gpu), "nvmlDeviceGetName", text, size, own); return 0; }
int nvmlDeviceGetUUID(void *gpu, char *text, unsigned int size) {
    char own[32]; snprintf(own, sizeof own, INDEX(gpu) < 10000 ? "FAKE-%d" : "MIG-FAKE-%d", INDEX(gpu));
    ASK(INDEX(gpu), "nvmlDeviceGetUUID"); say(INDEX(gpu), "nvmlDeviceGetUUID", text, size, own); return 0; }
int nvmlDeviceGetMigMode(void *gpu, unsigned int *now, unsigned int *then) {
    ASK(INDEX(gpu), "nvmlDeviceGetMigMode"); *now = *then = find("mig", INDEX(gpu), 0); return 0; }
int nvmlDeviceGetMaxMigDeviceCount(void *gpu, unsigned int *count) {
    ASK(INDEX(gpu), "nvmlDeviceGetMaxMigDeviceCount"); *count = find("parts", INDEX(gpu), 0); return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(void *gpu, unsigned int place, void **handle) {
    ASK(INDEX(gpu), "nvmlDeviceGetMigDeviceHandleByIndex");
    ASK(PART(INDEX(gpu), place), "nvmlDeviceGetMigDeviceHandleByIndex");
    *handle = (void *)(long)(PART(INDEX(gpu), place) + 1); return 0; }
int nvmlDeviceGetGpuInstanceId(void *gpu, unsigned int *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetGpuInstanceId");
    if (INDEX(gpu) < 10000) return 3;
    *out = find("gi", INDEX(gpu), INDEX(gpu) % 10000); return 0; }
int nvmlDeviceGetComputeInstanceId(void *gpu, unsigned int *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetComputeInstanceId");
    if (INDEX(gpu) < 10000) return 3;
    *out = find("ci", INDEX(gpu), 0); return 0; }
int nvmlDeviceGetUtilizationRates(void *gpu, unsigned int *rates) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetUtilizationRates");
    rates[0] = find("util", INDEX(gpu), 0); rates[1] = 0; return 0; }
int nvmlDeviceGetSamples(void *gpu, int kind, unsigned long long since, int *type, unsigned int *count, Sample *out) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetSamples");
    long burst = find("burst", INDEX(gpu), -1); struct timeval now; unsigned int filled = 0;
    if (burst < 0) return 3;
    *type = 1;
    if (!out) { *count = 8; return 0; }
    gettimeofday(&now, NULL);
    unsigned long long end = (now.tv_sec * 1000000ULL + now.tv_usec) / 50000 * 50000;
    for (int i = 7; i >= 0; i--)
        if (end - i * 50000ULL > since) {
            out[filled].at = end - i * 50000ULL;
            out[filled].value.d = 0;
            out[filled++].value.ui = (end / 50000 - i) % 2 ? burst : 0;
        }
    *count = filled;
    return filled ? 0 : 6;
}
int nvmlDeviceGetMemoryInfo_v2(void *gpu, MemoryV2 *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetMemoryInfo");
    if (out->version != (sizeof *out | 2 << 24)) return 25;
    out->total = find("total", INDEX(gpu), INDEX(gpu) < 10000 ? 81920 : 9984) * MIB; out->reserved = 512 * MIB; out->used = find("used", INDEX(gpu), 1024) * MIB;
    out->free = out->total - out->reserved - out->used; return 0; }
int nvmlDeviceGetMemoryInfo(void *gpu, Memory *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetMemoryInfo");
    out->total = find("total", INDEX(gpu), INDEX(gpu) < 10000 ? 81920 : 9984) * MIB; out->used = (find("used", INDEX(gpu), 1024) + 512) * MIB;
    out->free = out->total - out->used; return 0; }
int nvmlDeviceGetTemperatureV(void *gpu, unsigned int *versioned) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetTemperatureV"); versioned[2] = find("temp", INDEX(gpu), 40); return 0; }
int nvmlDeviceGetTemperature(void *gpu, int sensor, unsigned int *out) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetTemperature"); *out = find("temp", INDEX(gpu), 40); return 0; }
int nvmlDeviceGetTemperatureThreshold(void *gpu, int which, unsigned int *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetTemperatureThreshold"); *out = find("limit", INDEX(gpu), 95); return 0; }
int nvmlDeviceGetPowerUsage(void *gpu, unsigned int *out) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetPowerUsage"); *out = find("power", INDEX(gpu), 123456); return 0; }
int nvmlDeviceGetEnforcedPowerLimit(void *gpu, unsigned int *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetEnforcedPowerLimit"); *out = find("powerlimit", INDEX(gpu), 700000); return 0; }
int nvmlDeviceGetClockInfo(void *gpu, int which, unsigned int *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetClockInfo"); *out = find("clock", INDEX(gpu), 1980); return 0; }
int nvmlDeviceGetFanSpeed(void *gpu, unsigned int *out) {
    WHOLE(gpu); ASK(INDEX(gpu), "nvmlDeviceGetFanSpeed"); *out = find("fan", INDEX(gpu), 30); return 0; }
int nvmlDeviceGetCurrentClocksEventReasons(void *gpu, unsigned long long *out) {
    ASK(INDEX(gpu), "nvmlDeviceGetCurrentClocksEventReasons"); *out = find("reasons", INDEX(gpu), 1); return 0; }
static int processes(void *gpu, const char *call, const char *key, unsigned int *count, Process *out) {
    char line[256], word[64]; int one; long pid, used; unsigned int found = 0, room = *count;
    ASK(INDEX(gpu), call);
    FILE *file = state();
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%63s %d %ld %ld", word, &one, &pid, &used) == 4 && !strcmp(word, key) && one == INDEX(gpu)) {
            if (out && found < room) out[found] = (Process){pid, used < 0 ? (unsigned long long)used : used * MIB, -1, -1};
            found++;
        }
    if (file) fclose(file);
    if (!strcmp(key, "process"))
        for (long more = find("crowd", INDEX(gpu), 0); more > 0; more--, found++)
            if (out && found < room) out[found] = (Process){100000 + more, more * MIB, -1, -1};
    *count = found;
    return found > room ? 7 : 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *gpu, unsigned int *count, Process *out) {
    return processes(gpu, "nvmlDeviceGetComputeRunningProcesses", "process", count, out); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *gpu, unsigned int *count, Process *out) {
    return processes(gpu, "nvmlDeviceGetGraphicsRunningProcesses", "graphics", count, out); }
int nvmlDeviceGetMPSComputeRunningProcesses_v3(void *gpu, unsigned int *count, Process *out) {
    return processes(gpu, "nvmlDeviceGetMPSComputeRunningProcesses", "mps", count, out); }
typedef struct { unsigned int field, scope; long long at, latency; int type, code; unsigned long long value; } Field;
int nvmlDeviceGetTotalEccErrors(void *gpu, int kind, int counter, unsigned long long *out) {
    long count = find("ecc", INDEX(gpu), -1);
    ASK(INDEX(gpu), "nvmlDeviceGetTotalEccErrors");
    if (count < 0) return 3;
    *out = count; return 0; }
int nvmlDeviceGetPcieThroughput(void *gpu, int direction, unsigned int *out) {
    long rate = find("pcie", INDEX(gpu), -1);
    ASK(INDEX(gpu), "nvmlDeviceGetPcieThroughput");
    if (rate < 0) return 3;
    *out = rate + direction; return 0; }
int nvmlDeviceGetFieldValues(void *gpu, int count, Field *fields) {
    long kib = find("nvlink", INDEX(gpu), -1);
    ASK(INDEX(gpu), "nvmlDeviceGetFieldValues");
    for (int i = 0; i < count; i++) {
        fields[i].code = kib < 0 ? 3 : 0;
        fields[i].value = fields[i].field == 139 ? kib : 2 * kib;
    }
    return 0; }
