import Glibc

extension LMError {
  /// The error of a system call that failed with `code` while it was to `action` the file at `path`.
  ///
  /// A full disk, quota or file-size limit becomes ``Kind/diskFull``, everything else ``Kind/badData``.
  public static func system(_ code: Int32, at path: String, _ action: String) -> LMError {
    let problem = "cannot \(action): \(String(cString: strerror(code)))"
    return switch code {
    case ENOSPC, EDQUOT, EFBIG:
      LMError(.diskFull, at: path, problem, remedy: "free some space; what was saved before is kept")
    case ENOENT: LMError(at: path, problem, remedy: "check the path")
    case EACCES, EPERM, EROFS: LMError(at: path, problem, remedy: "change the permissions or the path")
    case EMFILE, ENFILE: LMError(at: path, problem, remedy: "raise the limit with ulimit -n")
    default: LMError(at: path, problem, remedy: "check the path and the disk")
    }
  }
}
