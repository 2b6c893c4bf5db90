; electron-builder's uninstaller takes the app away and leaves the data of each person: it says so, not when an update replaces the app, and not when
; nobody looks (/S). The folder is named as Windows spells it, because $APPDATA of an uninstall for all users is another.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    ${if} $LANGUAGE == 1031
      MessageBox MB_OK|MB_ICONINFORMATION "ContentCache wird entfernt. Bibliothek, Modelle, Einstellungen und Protokolle jeder Person bleiben in$\r$\n%APPDATA%\ContentCache$\r$\n$\r$\nUm auch sie zu entfernen, diesen Ordner entfernen; die eigenen Dateien liegen nicht darin." /SD IDOK
    ${else}
      MessageBox MB_OK|MB_ICONINFORMATION "ContentCache is being removed. The library, models, settings and logs of each person stay in$\r$\n%APPDATA%\ContentCache$\r$\n$\r$\nTo erase them too, delete that folder; your own files are not in it." /SD IDOK
    ${endIf}
  ${endIf}
!macroend
