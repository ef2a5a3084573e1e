import Glibc

/// Directories and names: the few operations that training runs and model folders need.
///
/// Paths are UTF-8, relative ones start at the working directory.
public enum FileSystem {
  /// What a path leads to.
  public enum Kind: Sendable {
    /// A regular file.
    case file
    /// A directory.
    case directory
    /// A pipe, a device or a socket.
    case other
  }

  /// What stands at `path` after following symbolic links, nil where nothing does.
  public static func kind(of path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return kind(status)
  }

  static func kind(_ status: stat) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    default: .other
    }
  }

  /// Size of the file at `path` in bytes.
  /// - Throws: ``LMError`` where nothing stands there.
  public static func size(of path: String) throws(LMError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(errno, at: path, "read the size") }
    return status.st_size
  }

  /// Creates a directory, and those above it, unless they exist.
  /// - Throws: ``LMError`` where a file stands in the way or the disk refuses.
  public static func createDirectory(_ path: String) throws(LMError) {
    if mkdir(path, 0o777) == 0 {
      FileOperation.observer?(.createDirectory(path: path))
      return
    }
    let code = errno
    switch code {
    case EEXIST where kind(of: path) == .directory: return
    case ENOENT where parent(of: path) != path:
      try createDirectory(parent(of: path))
      guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
        throw .system(errno, at: path, "create the directory")
      }
      FileOperation.observer?(.createDirectory(path: path))
    default: throw .system(code, at: path, "create the directory")
    }
  }

  /// Names in a directory without `.` and `..`, in ascending order of their bytes.
  /// - Throws: ``LMError`` where `path` is no readable directory.
  public static func entries(of path: String) throws(LMError) -> [String] {
    guard let stream = opendir(path) else { throw .system(errno, at: path, "list the directory") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withName(entry) { String(cString: $0) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Renames a file or directory within one file system; an existing file of the new name is replaced.
  /// - Throws: ``LMError`` where the system refuses.
  public static func rename(_ path: String, to newPath: String) throws(LMError) {
    guard Glibc.rename(path, newPath) == 0 else {
      throw .system(errno, at: newPath, "rename \(path) to this")
    }
    FileOperation.observer?(.rename(from: path, to: newPath))
  }

  /// Waits until the names in a directory are on the disk.
  /// - Throws: ``LMError`` where the disk refuses.
  public static func flushDirectory(_ path: String) throws(LMError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(errno, at: path, "open the directory") }
    defer { close(descriptor) }
    // Some network file systems have no fsync of directories and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system(errno, at: path, "flush the directory")
    }
    FileOperation.observer?(.flushDirectory(path: path))
  }

  /// Bytes that this user may still write to the file system of `path`, which must exist.
  /// - Throws: ``LMError`` where it does not.
  public static func freeBytes(at path: String) throws(LMError) -> Int {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw .system(errno, at: path, "ask for free space") }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? Int.max : Int(clamping: bytes)
  }

  /// The directory that holds `path`: all before the last `/`, else `.`.
  public static func parent(of path: String) -> String {
    let trimmed = path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? path.dropLast() : path[...]
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  static func withName<Result>(
    _ entry: UnsafeMutablePointer<dirent>, _ body: (UnsafePointer<CChar>) -> Result
  ) -> Result {
    let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
    return withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: CChar.self, capacity: capacity, body)
    }
  }
}
