/* scan: the least that any reader of every process pays: open, read and close stat and io of each.
 *
 * One scan for each line on standard input; answers with its CPU time (user and system) in nanoseconds and the processes read.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int read_whole(int proc, const char *pid, const char *file)
{
    char path[300], record[4096];
    snprintf(path, sizeof path, "%s/%s", pid, file);
    int descriptor = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return 0;
    ssize_t length = read(descriptor, record, sizeof record);
    close(descriptor);
    return length > 0;
}

int main(void)
{
    for (int c; (c = getchar()) != EOF;) {
        if (c != '\n')
            continue;
        struct timespec from, to;
        long processes = 0;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        DIR *proc = opendir("/proc");
        if (!proc)
            return 1;
        for (struct dirent *entry; (entry = readdir(proc));)
            if (isdigit((unsigned char)entry->d_name[0])) {
                processes += read_whole(dirfd(proc), entry->d_name, "stat");
                read_whole(dirfd(proc), entry->d_name, "io");
            }
        closedir(proc);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        printf("%lld %ld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec, processes);
        fflush(stdout);
    }
    return 0;
}
