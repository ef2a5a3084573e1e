import Glibc

extension FileSystem {
  /// Removes a file, or a directory with everything in it; links are removed, not followed. Does nothing
  /// where nothing stands at `path`.
  /// - Throws: ``LMError`` where the system refuses; part may be removed then.
  public static func removeTree(_ path: String) throws(LMError) {
    let code = remove(in: AT_FDCWD, path)
    guard code == 0 || code == ENOENT else { throw .system(code, at: path, "remove") }
    if code == 0 { FileOperation.observer?(.remove(path: path)) }
  }

  /// Removes `name` in the open directory `parent` and returns the error code. Names stay as the bytes that
  /// the system gave, which need not be UTF-8.
  private static func remove(in parent: Int32, _ name: UnsafePointer<CChar>) -> Int32 {
    if unlinkat(parent, name, 0) == 0 { return 0 }
    guard errno == EISDIR || errno == EPERM else { return errno }
    let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    guard let stream = fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      return code
    }
    let code = removeEntries(of: stream, descriptor)
    closedir(stream)
    if code != 0 { return code }
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno
  }

  private static func removeEntries(of stream: OpaquePointer, _ descriptor: Int32) -> Int32 {
    while let entry = readdir(stream) {
      let code = withName(entry) { name in
        strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? 0 : remove(in: descriptor, name)
      }
      if code != 0, code != ENOENT { return code }
    }
    return 0
  }
}
